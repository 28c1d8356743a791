namespace VaeGpu.Training.Diagnostics.Checks;

/// <summary>The same random numbers in every run, so that a table is the same wherever it is made.</summary>
internal sealed class CheckInputs(int seed)
{
    private readonly Random random = new(seed);

    public double Uniform() => random.NextDouble();

    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>One of some values.</summary>
    public T Pick<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    /// <inheritdoc cref="ReferenceLikelihood.Datum"/>
    public double Datum(ReferenceLikelihood reference) => reference.Datum(random);

    /// <summary>Rows of outputs as a decoder gives them, plane by plane, rounded to floats.</summary>
    public float[] Outputs(ReferenceLikelihood reference, int rows, int columns)
    {
        var outputs = new float[rows * columns * reference.Outputs];
        for (var i = 0; i < rows * columns; i++)
        {
            double[] drawn = reference.DrawOutputs(Normal);
            for (var k = 0; k < reference.Outputs; k++)
                outputs[(i / columns * reference.Outputs + k) * columns + i % columns] = (float)drawn[k];
        }
        return outputs;
    }
}
