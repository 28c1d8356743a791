using VaeGpu.Kernels;

namespace VaeGpu.Tests.Kernels;

public class PhiloxTests
{
    // The known answers of the authors' Random123 library.
    [TestCase(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [TestCase(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u,
        0x6d5451fdu)]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u,
        0x24126ea1u)]
    public void The_published_answers_come_out(uint a, uint b, uint c, uint d, uint key0, uint key1, uint wa, uint wb, uint wc, uint wd)
    {
        RandomWords words = Philox.Block(new RandomWords { A = a, B = b, C = c, D = d }, key0, key1);
        Assert.That((words.A, words.B, words.C, words.D), Is.EqualTo((wa, wb, wc, wd)));
    }

    [Test]
    public void Uniform_numbers_lie_in_the_unit_interval() => Assert.Multiple(() =>
    {
        Assert.That(Philox.Uniform(0), Is.EqualTo(0f));
        Assert.That(Philox.Uniform(uint.MaxValue), Is.EqualTo(1f - 1f / (1 << 24)));
    });

    [Test]
    public void Normal_numbers_have_the_moments_of_the_normal_law()
    {
        const int count = 200_000;
        double sum = 0, square = 0, fourth = 0, neighbors = 0, previous = 0;
        for (uint i = 0; i < count; i++)
        {
            RandomWords words = Philox.Draw(7, RandomPurpose.Latent, 3, i);
            double x = Philox.Normal(words.A, words.B);
            (sum, square, fourth, neighbors) = (sum + x, square + x * x, fourth + x * x * x * x, neighbors + x * previous);
            previous = x;
        }
        double deviation = 1 / Math.Sqrt(count);
        Assert.Multiple(() =>
        {
            Assert.That(sum / count, Is.EqualTo(0).Within(5 * deviation));
            Assert.That(square / count, Is.EqualTo(1).Within(5 * deviation * Math.Sqrt(2)));
            Assert.That(fourth / count, Is.EqualTo(3).Within(5 * deviation * Math.Sqrt(96)));
            Assert.That(neighbors / count, Is.EqualTo(0).Within(5 * deviation));
        });
    }
}
