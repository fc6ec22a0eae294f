import Testing
import Torch

@Suite struct ScheduleTests {
  let reference = OptimizerReference.shared

  static let schedules: [(String, any Schedule)] = [
    ("step", StepSchedule(every: 7, gamma: 0.3)),
    ("multi-step", MultiStepSchedule(milestones: [5, 20, 30], gamma: 0.2)),
    ("cosine", CosineSchedule(steps: 40, end: 0.1)),
    ("linear", LinearSchedule(steps: 30, end: 0.1)),
    ("polynomial", PolynomialSchedule(steps: 30, power: 0.9)),
    ("one-cycle", OneCycleSchedule(steps: 40)),
    (
      "one-cycle-linear",
      OneCycleSchedule(
        steps: 40, warmUpShare: 0.2, startDivisor: 10, endDivisor: 100, momentum: 0.8...0.9, isLinear: true)
    ),
    ("warm-up", CosineSchedule(steps: 32, end: 0.01).warmedUp(steps: 8, from: 0.01)),
  ]

  @Test(arguments: schedules.map(\.0)) func ratesAndMomentaEqualPyTorchs(name: String) {
    let schedule = Self.schedules.first { $0.0 == name }!.1
    let expected = reference.schedules[name]!
    for step in 0..<expected.rates.count {
      #expect(abs(0.5 * schedule.factor(at: step) - expected.rates[step]) < 1e-12, "step \(step)")
      #expect(abs((schedule.momentum(at: step) ?? 0.9) - expected.momenta[step]) < 1e-12, "step \(step)")
    }
    #expect(schedule.factor(at: 1_000).isFinite)
  }

  @Test func plateausEqualPyTorchs() {
    for (name, metrics, start) in [
      ("plateau", reference.plateauLosses, PlateauSchedule(gamma: 0.5, patience: 2, cooldown: 1)),
      ("plateau-larger", reference.plateauScores, PlateauSchedule(isLargerBetter: true, patience: 1, end: 0.004)),
    ] {
      var schedule = start
      for (step, metric) in metrics.enumerated() {
        #expect(abs(0.5 * schedule.factor(at: step) - reference.schedules[name]!.rates[step]) < 1e-12)
        // Saved and restored between any two validations, it decides the same.
        var resumed = start
        resumed.state = schedule.state
        schedule = resumed
        schedule.observe(metric)
      }
    }
  }

  @Test func aStepScheduleCountsAWarmUpsSteps() {
    let schedule = StepSchedule(every: 10, gamma: 0.5, startingAt: 4).warmedUp(steps: 4)
    #expect([0, 2, 4, 9, 10, 19, 20].map { schedule.factor(at: $0) } == [0, 0.5, 1, 1, 0.5, 0.5, 0.25])
  }

  @Test func aPlateauIsReachedThroughAWarmUp() {
    var schedule: any Schedule = PlateauSchedule(gamma: 0.5, patience: 0).warmedUp(steps: 4)
    schedule.observe(1)
    schedule.observe(1)
    #expect(schedule.factor(at: 2) == 0.25)
    #expect(schedule.factor(at: 100) == 0.5)
    var resumed: any Schedule = PlateauSchedule(gamma: 0.5, patience: 0).warmedUp(steps: 4)
    resumed.state = schedule.state
    #expect(resumed.factor(at: 100) == 0.5)
  }

  @Test func ofOneStepOrNoneStaysFinite() {
    for schedule: any Schedule in [
      CosineSchedule(steps: 0), LinearSchedule(steps: 0), PolynomialSchedule(steps: 1), OneCycleSchedule(steps: 1),
      OneCycleSchedule(steps: 2, warmUpShare: 0), OneCycleSchedule(steps: 2, warmUpShare: 1), ConstantSchedule(),
    ] {
      for step in 0..<3 { #expect((0...1).contains(schedule.factor(at: step)), "\(schedule) at \(step)") }
    }
  }
}
