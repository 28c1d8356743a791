using VaeGpu.Kernels.Step;

namespace VaeGpu.Tests.Kernels;

public class LearningRateTests
{
    private const float Full = 0.02f;
    private const double Drop = 0.3;
    private static readonly LearningRateSettings[] Schedules =
    [
        Of(LearningRateSchedule.Constant, 0, 0), Of(LearningRateSchedule.Constant, 7, 0),
        Of(LearningRateSchedule.Cosine, 0, 9), Of(LearningRateSchedule.Cosine, 1, 30), Of(LearningRateSchedule.Cosine, 7, 20),
        Of(LearningRateSchedule.Steps, 0, 1), Of(LearningRateSchedule.Steps, 7, 9),
    ];

    [EveryDevice]
    public void The_device_goes_from_rate_to_rate_as_the_formula_says(TestDevice device) => device.Run(accelerator =>
    {
        const int steps = 25;
        var kernel = Metrics.EndStep;
        using Guarded loss = new(accelerator, new float[3]), divergence = new(accelerator, new float[3]);
        using var sums = accelerator.Allocate1D(new MetricSums[1]);
        foreach (LearningRateSettings schedule in Schedules)
        {
            ControlBlock now = At(schedule, 1);
            using var control = accelerator.Allocate1D(new[] { now });
            for (int step = 1; step <= steps; step++)
            {
                string what = $"{schedule.Schedule}, W = {schedule.WarmUpSteps}, period {schedule.Period}, step {step}";
                double exact = Exact(schedule, step);
                now = control.GetAsArray1D()[0];
                Assert.That(now.Step, Is.EqualTo(step));
                Assert.That(now.LearningRate, Is.EqualTo(exact).Within(2e-6 * exact), what);
                Assert.That(now.LearningRate, Is.EqualTo(At(schedule, step).LearningRate), $"{what}: the host's");
                accelerator.LoadStreamKernel(kernel)((1, 16), loss.View, divergence.View, sums.View, control.View,
                    new StepShape { Rows = 3, Count = 10 });
            }
        }
        return true;
    });

    [Test]
    public void A_rate_without_schedule_is_left_alone() =>
        Assert.That(LearningRate.Of(new ControlBlock { Step = 9, LearningRate = 0.25f }), Is.EqualTo(0.25f));

    [Test]
    public void The_last_step_of_a_long_cosine_is_right_to_the_last_digits()
    {
        var schedule = new LearningRateSettings
        {
            Schedule = LearningRateSchedule.Cosine, Full = 1, WarmUpSteps = 1000, Period = 4_690_000,
        };
        foreach (int step in (int[])[4_690_000, 4_689_990, 2_345_500])
        {
            double exact = Math.Pow(Math.Sin(Math.PI / 2 * (4_690_001 - step) / 4_689_000), 2);
            Assert.That(At(schedule, step).LearningRate, Is.EqualTo(exact).Within(1e-6 * exact), $"step {step}");
        }
        Assert.That(At(schedule, 4_690_001).LearningRate, Is.Zero);
    }

    private static LearningRateSettings Of(LearningRateSchedule schedule, int warmUp, int period) =>
        new() { Schedule = schedule, Full = Full, WarmUpSteps = warmUp, Period = period, LogDrop = (float)Math.Log(Drop) };

    /// <summary>The docstring's formula in double precision.</summary>
    private static double Exact(LearningRateSettings schedule, int step)
    {
        double warm = schedule.WarmUpSteps == 0 ? 1 : Math.Min(1, (double)step / schedule.WarmUpSteps);
        double done = Math.Clamp((step - 1.0 - schedule.WarmUpSteps) / Math.Max(1, schedule.Period - schedule.WarmUpSteps), 0, 1);
        return Full * warm * schedule.Schedule switch
        {
            LearningRateSchedule.Cosine => Math.Pow(Math.Cos(Math.PI / 2 * done), 2) is var f && done == 1 ? 0 : f,
            LearningRateSchedule.Steps => Math.Pow(Drop, Math.Floor((step - 1.0) / schedule.Period)),
            _ => 1,
        };
    }

    private static ControlBlock At(LearningRateSettings schedule, int step)
    {
        var now = new ControlBlock { Step = step, LearningRate = schedule.Full, Schedule = schedule };
        now.LearningRate = LearningRate.Of(now);
        return now;
    }
}
