namespace VaeGpu.Puzzles.Course;

/// <summary>Makes inputs and expected outputs.</summary>
public static class Numbers
{
    /// <summary>0, 1, 2, …</summary>
    public static float[] UpTo(int count) => Of(count, i => i);

    /// <summary>A function of 0, 1, 2, …</summary>
    public static float[] Of(int count, Func<int, float> function) => [.. Enumerable.Range(0, count).Select(function)];
}
