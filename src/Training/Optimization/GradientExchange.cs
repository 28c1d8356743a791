using VaeGpu.Layers;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Memory;

namespace VaeGpu.Training.Optimization;

/// <summary>Adds a model's gradient up over all processes, bucket by bucket, beside the backward pass that completes the buckets.</summary>
internal sealed class GradientExchange
{
    private readonly ICommunicator communicator;
    private readonly IDeviceCommunicator? devices;
    private readonly ArrayView<float> gradients;
    private readonly HostMirror? mirror;
    private readonly GradientBucket[] buckets;
    private readonly IPendingSum[] pending;
    private int begun;

    public GradientExchange(Accelerator accelerator, ICommunicator communicator, Vae vae)
    {
        this.communicator = communicator;
        devices = communicator as IDeviceCommunicator;
        gradients = vae.Parameters.Gradients;
        mirror = devices is null ? new HostMirror(accelerator, vae.Parameters.Gradients) : null;
        buckets = [.. GradientBuckets.Of(vae.GradientOrder)];
        pending = new IPendingSum[buckets.Length];
    }

    /// <summary>The buckets, in the order in which they are exchanged.</summary>
    public IReadOnlyList<GradientBucket> Buckets => buckets;

    /// <summary>The next bucket, if the gradient of <paramref name="slice"/> completes it.</summary>
    public GradientBucket? CompletedBy(ParameterSlice slice) =>
        begun < buckets.Length && buckets[begun].Last == slice ? buckets[begun] : null;

    /// <summary>Begins the sum of the next bucket.</summary>
    public void Begin()
    {
        GradientBucket bucket = buckets[begun];
        if (devices is not null)
        {
            devices.Sum(gradients.SubView(bucket.First, bucket.Length));
            begun++;
            return;
        }
        mirror!.Load(bucket.First, bucket.Length);
        pending[begun++] = communicator.BeginSum(mirror.Values.Slice(bucket.First, bucket.Length));
    }

    /// <summary>Waits for all sums; the device has them then.</summary>
    public void End()
    {
        for (begun = 0; devices is null && begun < buckets.Length; begun++)
        {
            pending[begun].Wait();
            mirror!.Store(buckets[begun].First, buckets[begun].Length);
        }
        begun = 0;
    }
}
