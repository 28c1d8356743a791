using System.IO.Hashing;
using System.Runtime.InteropServices;
using VaeGpu.Layers;
using VaeGpu.Training.Memory;
using VaeGpu.Training.Runs;

namespace VaeGpu.Training.Optimization;

/// <summary>The parameters and moments of a model in training, to checkpoints and back.</summary>
/// <param name="accelerator">The device.</param>
/// <param name="arrays">The arrays.</param>
/// <param name="configuration">What is trained: a checkpoint must be of the same.</param>
/// <param name="diverged">What is thrown for a parameter that is infinite or not a number.</param>
internal sealed class CheckpointArrays(
    Accelerator accelerator, ParameterArena arrays, RunConfiguration configuration, Func<TrainingDivergedException> diverged)
{
    private const int Slice = 1 << 20;
    private readonly DeviceReader reader = new(accelerator);

    /// <summary>All of them, in host memory.</summary>
    public Checkpoint Snapshot(CheckpointHeader header)
    {
        int count = arrays.Layout.Length;
        float[] parameters = DeviceArrays.Read(arrays.Parameters, count);
        ThrowIfNotFinite(parameters);
        return new Checkpoint
        {
            Header = header,
            Parameters = parameters,
            FirstMoments = DeviceArrays.Read(arrays.FirstMoments, count),
            SecondMoments = DeviceArrays.Read(arrays.SecondMoments, count),
        };
    }

    /// <summary>Writes a checkpoint from the device's memory.</summary>
    public void Save(string path, CheckpointHeader header)
    {
        CheckpointFile.Write(
            path, header, arrays.Layout.Length, Finite, NumbersOf(arrays.FirstMoments), NumbersOf(arrays.SecondMoments));

        ReadOnlySpan<float> Finite(int first, int length)
        {
            ReadOnlySpan<float> numbers = reader.Read(arrays.Parameters, first, length);
            ThrowIfNotFinite(numbers);
            return numbers;
        }

        NumbersAt NumbersOf(ArrayView<float> view) => (first, length) => reader.Read(view, first, length);
    }

    /// <summary>Takes the arrays of a checkpoint.</summary>
    /// <exception cref="RunException">It is of another model, other settings or other images.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        ThrowIfOther(checkpoint.Header, checkpoint.Parameters.Length);
        arrays.Parameters.CopyFromCPU(checkpoint.Parameters);
        arrays.FirstMoments.CopyFromCPU(checkpoint.FirstMoments);
        arrays.SecondMoments.CopyFromCPU(checkpoint.SecondMoments);
    }

    /// <summary>Reads a checkpoint into the device's memory.</summary>
    /// <returns>Its header.</returns>
    /// <exception cref="RunException">There is none, it is damaged, or of something else; the arrays are of no use then.</exception>
    public CheckpointHeader Restore(string path)
    {
        int found = 0;
        CheckpointHeader header = CheckpointFile.Read(path, count => (found = count) == arrays.Layout.Length
            ? [Into(arrays.Parameters), Into(arrays.FirstMoments), Into(arrays.SecondMoments)]
            : [null, null, null]);
        ThrowIfOther(header, found);
        return header;

        TakeNumbers Into(ArrayView<float> view) => (first, numbers) => view.SubView(first, numbers.Length).CopyFromCPU(numbers);
    }

    /// <summary>XXH128 of the parameters, in hexadecimal.</summary>
    public string Hash()
    {
        var hash = new XxHash128();
        for (int first = 0, length; first < arrays.Layout.Length; first += length)
        {
            length = Math.Min(Slice, arrays.Layout.Length - first);
            hash.Append(MemoryMarshal.AsBytes(reader.Read(arrays.Parameters, first, length)));
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private void ThrowIfOther(CheckpointHeader header, int parameters)
    {
        ResumeRules.Check(header, configuration);
        if (parameters != arrays.Layout.Length)
            throw new RunException($"The checkpoint holds {parameters} parameters where the model has {arrays.Layout.Length}.");
    }

    private void ThrowIfNotFinite(ReadOnlySpan<float> parameters)
    {
        foreach (float parameter in parameters)
        {
            if (!float.IsFinite(parameter))
                throw diverged();
        }
    }
}
