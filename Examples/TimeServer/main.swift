import IKC

let kernel = Kernel(name: "Pulse")
let clock = kernel.session("clock")
let start = ContinuousClock.now
clock.on("uptime") { (_: Event) in (ContinuousClock.now - start) / .seconds(1) }
clock.on("sum") { (numbers: [Int]) in numbers.reduce(0, +) }
clock.on("count") { (event: Event) throws -> Void in
  for number in 1...(try event.decode(Int.self)) { try event.sender.post("tick", number) }
}
try clock.publish("uptime", "sum", "count")

let address = CommandLine.arguments.dropFirst().first ?? "tcp://127.0.0.1:6030"
let listener = try await kernel.listen(on: Address(address))
print("listening on \(listener.address)")
try await kernel.run()
