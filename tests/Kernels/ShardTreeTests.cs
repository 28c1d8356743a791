using VaeGpu.Kernels.Launchers;

namespace VaeGpu.Tests.Kernels;

public class ShardTreeTests
{
    [EveryDevice]
    public void Shards_are_added_in_a_binary_tree(TestDevice device) => device.Run(accelerator =>
    {
        var inputs = new Inputs();
        var launcher = new ShardLauncher(accelerator);
        foreach (var (length, shards) in ((int, int)[])[(1, 2), (15, 4), (17, 8), (1031, 2), (1031, 16)])
        {
            float[][] gradients = [.. Enumerable.Range(0, shards).Select(_ => inputs.Normal(length))];
            using var partial = new Guarded(accelerator, length * ShardLauncher.Levels(shards));
            Guarded gradient = null!;
            for (int shard = 0; shard < shards; shard++)
            {
                gradient?.Dispose();
                gradient = new Guarded(accelerator, gradients[shard]);
                launcher.Add(gradient.View, partial.View, length, shard, shards);
            }
            Compare.Bits(gradient.Read(), Tree(gradients), $"{shards} shards of {length}");
            gradient.Dispose();
        }
        return true;
    });

    [EveryDevice]
    public void A_part_of_the_gradient_is_added_apart(TestDevice device) => device.Run(accelerator =>
    {
        const int length = 100, first = 16, part = 35;
        float[][] gradients = [new Inputs().Normal(length), new Inputs().Normal(length)];
        var launcher = new ShardLauncher(accelerator);
        using var partial = new Guarded(accelerator, length);
        using var left = new Guarded(accelerator, gradients[0]);
        using var right = new Guarded(accelerator, gradients[1]);
        launcher.Add(left.View, partial.View, length, 0, 2);
        launcher.Add(right.View.SubView(first, part), partial.View.SubView(first, length - first), length, 1, 2);
        float[] sum = Tree(gradients);
        Compare.Bits(right.Read(), [.. gradients[1][..first], .. sum[first..(first + part)], .. gradients[1][(first + part)..]], "part");
        return true;
    });

    private static float[] Tree(ReadOnlySpan<float[]> gradients) => gradients.Length == 1
        ? gradients[0]
        : [.. Tree(gradients[..(gradients.Length / 2)]).Zip(Tree(gradients[(gradients.Length / 2)..]), (a, b) => a + b)];
}
