using VaeGpu.Training;
using VaeGpu.Training.Runs;

namespace VaeGpu.Host.Serving;

/// <summary>The model of one checkpoint on the device, and what was found out about it.</summary>
/// <remarks>It is made, used and freed on the thread of the <see cref="DeviceQueue"/>.</remarks>
internal sealed class ServedModel : IDisposable
{
    /// <summary>Examples whose anomaly scores are computed, and draws of the latent vector for each.</summary>
    private const int Scored = 1000, Draws = 16, Part = 64;
    private readonly DeviceQueue queue;
    private readonly Lock guard = new();
    private Task<PosteriorSurvey>? posterior;
    private Task<ExampleScore[]>? scores;

    /// <summary>Brings the model to the device, and uses it once, so that no request waits for a kernel to be compiled.</summary>
    /// <exception cref="RunException">The parameters are not those of the model.</exception>
    public ServedModel(Accelerator accelerator, DeviceQueue queue, CheckpointHeader header, float[] parameters, FileStamp stamp)
    {
        (this.queue, Header, Stamp) = (queue, header, stamp);
        accelerator.Bind();
        Generation = new Generation(accelerator, header.Configuration.Model, parameters);
        Generation.DecodeExamples(new float[Generation.Latent], default, Generation.LabelsFor(1, 0));
    }

    public CheckpointHeader Header { get; }

    public RunConfiguration Configuration => Header.Configuration;

    public Generation Generation { get; }

    /// <summary>The state of the file that it was read from.</summary>
    public FileStamp Stamp { get; }

    /// <summary>What tells this model from that of another checkpoint of the run.</summary>
    public string Version => FormattableString.Invariant($"{Header.History.Count}-{Stamp.Written.Ticks:x}");

    /// <summary>Where it puts examples; computed once, between other requests.</summary>
    public Task<PosteriorSurvey> Posterior(ExampleSet examples)
    {
        lock (guard)
            return posterior = Began(posterior, () => Survey(examples));
    }

    /// <summary>How strange it finds the first examples; computed once, between other requests.</summary>
    public Task<ExampleScore[]> Scores(ExampleSet examples)
    {
        lock (guard)
            return scores = Began(scores, () => Score(examples));
    }

    /// <summary>Frees the device memory when nothing that was begun needs it any more.</summary>
    public async Task Retire()
    {
        Task[] begun;
        lock (guard)
            begun = [posterior ?? Task.CompletedTask, scores ?? Task.CompletedTask];
        await Task.WhenAll(begun).ContinueWith(_ => { }, TaskScheduler.Default);
        await queue.Run(() =>
        {
            Dispose();
            return true;
        }, default);
    }

    public void Dispose() => Generation.Dispose();

    /// <summary>What was begun, or, where it was not or failed, what begins now.</summary>
    private static Task<T> Began<T>(Task<T>? begun, Func<Task<T>> begin) =>
        begun is null || begun.IsFaulted || begun.IsCanceled ? begin() : begun;

    private async Task<PosteriorSurvey> Survey(ExampleSet examples)
    {
        var survey = new PosteriorSurvey(Generation, examples);
        while (await queue.Run(() => survey.Continue(default), default))
        {
        }
        return survey;
    }

    private async Task<ExampleScore[]> Score(ExampleSet examples)
    {
        var found = new List<ExampleScore>();
        foreach (int[] part in Enumerable.Range(0, Math.Min(Scored, examples.Count)).Chunk(Part))
            found.AddRange(await queue.Run(() => Generation.Score(examples.Select(part), Draws, (uint)part[0], default), default));
        return [.. found];
    }
}
