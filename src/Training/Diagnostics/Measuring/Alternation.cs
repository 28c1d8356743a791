namespace VaeGpu.Training.Diagnostics.Measuring;

/// <summary>How often and how long is measured.</summary>
/// <param name="Rounds">Samples of each side.</param>
/// <param name="SampleSeconds">The least length of a sample: long against the clock's steps, short against a neighbor's mood.</param>
internal sealed record Effort(int Rounds, double SampleSeconds)
{
    public static readonly Effort Full = new(31, 0.02);
    public static readonly Effort Tuning = new(15, 0.01);
    public static readonly Effort Quick = new(7, 0.004);

    /// <summary>For work that takes long: half as many samples, ten times as long.</summary>
    public Effort ForLongWork => new(Rounds / 2, 10 * SampleSeconds);
}

/// <summary>
/// Measures sides in turn, round by round, so that whatever slows the machine for a while slows all of them. Calibration runs
/// every side for some time before, so compilation and cold caches do not count.
/// </summary>
internal static class Alternation
{
    private const int WarmUpSamples = 3;

    /// <summary>The samples of each side.</summary>
    public static Samples Measure(Effort effort, params Sampler[] sides)
    {
        int[] runs = [.. sides.Select(side => Calibrate(side, effort.SampleSeconds))];
        double[][] samples = [.. sides.Select(_ => new double[effort.Rounds])];
        for (int round = 0; round < effort.Rounds; round++)
        {
            for (int turn = 0; turn < sides.Length; turn++)
            {
                // Every second round backwards: no side always follows the same one.
                int side = round % 2 == 0 ? turn : sides.Length - 1 - turn;
                samples[side][round] = sides[side](runs[side]) / runs[side];
            }
        }
        return new(samples);
    }

    /// <summary>The seconds of one run of a single side.</summary>
    public static Spread Seconds(Effort effort, Sampler side) => Measure(effort, side).Seconds(0);

    private static int Calibrate(Sampler side, double seconds)
    {
        for (int i = 0; i < WarmUpSamples; i++)
            side(1);
        for (int runs = 1; ; runs = (int)Math.Min(runs * 10L, 1_000_000))
        {
            double taken = side(runs);
            if (taken >= seconds / 10 || runs >= 1_000_000)
                return Math.Max(1, (int)Math.Ceiling(runs * seconds / Math.Max(taken, 1e-9)));
        }
    }
}
