namespace VaeGpu.Training.Checks;

/// <summary>The same random numbers in every run, so that a table is the same wherever it is made.</summary>
internal sealed class CheckInputs(int seed)
{
    private readonly Random random = new(seed);

    public double Uniform() => random.NextDouble();

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>One of some values.</summary>
    public T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    /// <summary>A value of a law's kind of data.</summary>
    public double Datum(ReferenceLaw law) => law.Support switch
    {
        Support.Binary => random.Next(2),
        Support.Classes => Pick(law.Values),
        _ => Uniform(),
    };

    /// <summary>Rows of outputs as a decoder gives them, plane by plane, rounded to floats.</summary>
    public float[] Outputs(ReferenceLaw law, int rows, int columns)
    {
        var outputs = new float[rows * columns * law.Outputs];
        for (var i = 0; i < rows * columns; i++)
        {
            double[] drawn = law.DrawOutputs(Normal);
            for (var k = 0; k < law.Outputs; k++)
                outputs[(i / columns * law.Outputs + k) * columns + i % columns] = (float)drawn[k];
        }
        return outputs;
    }
}
