# make bench   build release, measure this machine       make bench ARGS="call --depth 64"
# make test    build debug, run every test               make test ARGS="--filter Storable"
# make bench-check   count instructions and allocations, against Benchmarks/thresholds.json
# All install what is missing first. GNU make 3.81 is enough.

SWIFT ?= swift
ARGS ?=
# Without debug information: valgrind gives up on what today's clang writes of it.
RELEASE = -c release -debug-info-format none
SOURCES = Package.swift Sources Examples Tests

.PHONY: build bench bench-check test lint format setup clean

build: setup
	$(SWIFT) build

bench:
	@Scripts/setup
	$(SWIFT) build $(RELEASE) --product ikc-bench
	@$$($(SWIFT) build $(RELEASE) --show-bin-path)/ikc-bench $(ARGS)

test:
	@Scripts/setup test
	$(SWIFT) test $(ARGS)

bench-check:
	@Scripts/setup check
	$(SWIFT) build $(RELEASE) --product ikc-bench
	@$$($(SWIFT) build $(RELEASE) --show-bin-path)/ikc-bench check $(ARGS)
	@$$($(SWIFT) build $(RELEASE) --show-bin-path)/ikc-bench syscalls --optional

lint:
	$(SWIFT) format lint --strict --parallel --recursive $(SOURCES)
	@Scripts/check-imports

format:
	$(SWIFT) format --in-place --parallel --recursive $(SOURCES)

setup:
	@Scripts/setup

clean:
	$(SWIFT) package clean
