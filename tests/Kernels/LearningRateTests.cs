using VaeGpu.Kernels.Launchers;
using VaeGpu.Kernels.Schedules;
using VaeGpu.Kernels.Step;

namespace VaeGpu.Tests.Kernels;

public class LearningRateTests
{
    private const float Full = 0.02f;
    private const double Drop = 0.3;

    /// <summary>The schedules in double precision, from the share of the run that is done, the steps made and the period.</summary>
    private static readonly Dictionary<LearningRateSchedule, Func<double, int, int, double>> Factors = new()
    {
        [LearningRateSchedule.Constant] = (_, _, _) => 1,
        [LearningRateSchedule.Linear] = (done, _, _) => 1 - done,
        [LearningRateSchedule.Cosine] = (done, _, _) => done == 1 ? 0 : Math.Pow(Math.Cos(Math.PI / 2 * done), 2),
        [LearningRateSchedule.Steps] = (_, made, period) => Math.Pow(Drop, made / period),
        [LearningRateSchedule.TriplingSteps] = (_, made, period) =>
            Math.Pow(Drop, Enumerable.Range(1, 15).Count(stage => made / period >= (Math.Pow(3, stage) - 1) / 2)),
    };

    private static readonly LearningRateSettings[] Settings = [Of(0, 1), Of(0, 9), Of(1, 30), Of(7, 9), Of(7, 20)];

    [EveryDevice]
    public void The_device_goes_from_rate_to_rate_as_every_formula_says(TestDevice device) => device.Run(accelerator =>
    {
        foreach (LearningRateSchedule schedule in LearningRateSchedule.All)
        {
            foreach (LearningRateSettings settings in Settings)
                Check(accelerator, schedule, settings);
        }
        return true;
    });

    private static void Check(Accelerator accelerator, LearningRateSchedule schedule, LearningRateSettings settings)
    {
        const int steps = 25;
        var launcher = new StepLauncher(accelerator, schedule: schedule);
        using Guarded loss = new(accelerator, new float[3]), divergence = new(accelerator, new float[3]);
        using var sums = accelerator.Allocate1D(new MetricSums[1]);
        using var control = accelerator.Allocate1D(new[] { At(schedule, settings, 1) });
        for (int step = 1; step <= steps; step++)
        {
            string what = $"{schedule}, W = {settings.WarmUpSteps}, period {settings.Period}, step {step}";
            double exact = Exact(schedule, settings, step);
            ControlBlock now = control.GetAsArray1D()[0];
            Assert.That(now.Step, Is.EqualTo(step));
            Assert.That(now.LearningRate, Is.EqualTo(exact).Within(2e-6 * exact), what);
            Assert.That(now.LearningRate, Is.EqualTo(At(schedule, settings, step).LearningRate), $"{what}: the host's");
            launcher.EndStep(loss.View, divergence.View, sums.View, control.View, new StepShape { Rows = 3, Count = 10 });
        }
    }

    [Test]
    public void The_last_step_of_a_long_run_is_right_to_the_last_digits([Each] LearningRateSchedule schedule)
    {
        LearningRateSettings settings = Of(1000, 4_690_000);
        foreach (int step in (int[])[4_690_000, 4_689_990, 2_345_500])
        {
            double exact = Exact(schedule, settings, step);
            Assert.That(At(schedule, settings, step).LearningRate, Is.EqualTo(exact).Within(1e-6 * exact), $"step {step}");
        }
        if (schedule.EndsWithRun)
            Assert.That(At(schedule, settings, 4_690_001).LearningRate, Is.Zero);
    }

    private static LearningRateSettings Of(int warmUp, int period) =>
        new() { Full = Full, WarmUpSteps = warmUp, Period = period, LogDrop = (float)Math.Log(Drop) };

    /// <summary>The docstring's formula in double precision.</summary>
    private static double Exact(LearningRateSchedule schedule, LearningRateSettings settings, int step)
    {
        double warm = settings.WarmUpSteps == 0 ? 1 : Math.Min(1, (double)step / settings.WarmUpSteps);
        double done = Math.Clamp((step - 1.0 - settings.WarmUpSteps) / Math.Max(1, settings.Period - settings.WarmUpSteps), 0, 1);
        return Full * warm * Factors[schedule](done, step - 1, settings.Period);
    }

    private static ControlBlock At(LearningRateSchedule schedule, LearningRateSettings settings, int step)
    {
        var now = new ControlBlock { Step = step, Schedule = settings };
        now.LearningRate = schedule.Rate(now);
        return now;
    }
}
