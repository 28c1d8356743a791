using VaeGpu.Training.Distributed;

namespace VaeGpu.Tests.Distributed;

public sealed class LocalCommunicatorTests
{
    [Test]
    public void Sums_are_those_of_the_binary_tree_and_complete_in_order()
    {
        // In another order of additions at least one of these sums is another number.
        float[][] values = [.. Enumerable.Range(0, 4).Select(rank => (float[])[1e8f * (rank % 2 == 0 ? 1 : -1), 1f + rank, 0.1f * rank])];
        float[] expected = [.. Enumerable.Range(0, 3).Select(i => (values[0][i] + values[1][i]) + (values[2][i] + values[3][i]))];
        float[][] sums = RankedTraining.Run(4, (communicator, _) =>
        {
            float[] first = [.. values[communicator.Rank]], second = [communicator.Rank];
            IPendingSum one = communicator.BeginSum(first), other = communicator.BeginSum(second);
            one.Wait();
            other.Wait();
            return (float[])[.. first, .. second];
        });
        foreach (float[] sum in sums)
            Assert.That(sum, Is.EqualTo((float[])[.. expected, 6f]));
    }

    [Test]
    public void Bytes_are_gathered_by_rank()
    {
        byte[][][] gathered = RankedTraining.Run(4, (communicator, _) => communicator.Gather(new byte[communicator.Rank]));
        foreach (byte[][] all in gathered)
            Assert.That(all.Select(bytes => bytes.Length), Is.EqualTo((int[])[0, 1, 2, 3]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_rank_that_ends_ends_those_that_wait_for_it(bool aborts)
    {
        Exception?[] ended = RankedTraining.Run(2, (communicator, _) =>
        {
            if (communicator.Rank == 0)
                return (Exception?)Assert.Catch<CommunicationException>(() => communicator.BeginSum(new float[1]).Wait());
            if (aborts)
                communicator.Abort("The disk is full.");
            return null;
        });
        Assert.That(ended[0]!.Message, Does.Contain(aborts ? "The disk is full." : "Rank 1 ended"));
    }

    [Test]
    public void A_sum_that_is_cancelled_leaves_its_values_alone()
    {
        float[] values = [1];
        IReadOnlyList<LocalCommunicator> ranks = LocalCommunicator.Ranks(2);
        ranks[0].BeginSum(values);
        ranks[0].Cancel();
        Assert.That(() => ranks[1].BeginSum(new float[1]), Throws.TypeOf<CommunicationException>().With.Message.EqualTo("Rank 0 failed."));
        Assert.That(values, Is.EqualTo((float[])[1]));
    }

    [Test]
    public void Ranks_are_a_power_of_two() =>
        Assert.That(() => LocalCommunicator.Ranks(3), Throws.TypeOf<ArgumentOutOfRangeException>());
}
