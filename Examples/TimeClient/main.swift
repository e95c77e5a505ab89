import IKC

let kernel = Kernel(name: "Watcher")
let (ticks, arrivals) = AsyncStream.makeStream(of: Int.self)
let watcher = kernel.session("watcher")
watcher.on("tick") { (number: Int) -> Void in arrivals.yield(number) }
try watcher.publish("tick")

let address = CommandLine.arguments.dropFirst().first ?? "tcp://127.0.0.1:6030"
_ = try await kernel.connect(to: Address(address))
let sum = try await kernel.call("poe://Pulse/clock/sum", [1, 2, 3], as: Int.self)
print("the sum is \(sum)")
try watcher.post("poe://Pulse/clock/count", 3)
for await tick in ticks.prefix(3) { print("tick \(tick)") }
await kernel.shutdown()
