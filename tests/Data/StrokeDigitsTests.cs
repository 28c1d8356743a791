using System.Security.Cryptography;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class StrokeDigitsTests
{
    private static readonly ImageSet Digits = StrokeDigits.Generate(5_000, seed: 1, threads: 2);

    [Test]
    public void The_first_hundred_digits_are_those_they_always_were()
    {
        var first = StrokeDigits.Generate(100, seed: 1, threads: 1);
        Assert.Multiple(() =>
        {
            Assert.That(Hash(first.Pixels), Is.EqualTo("067C81F31CCBA41B"));
            Assert.That(string.Concat(first.Labels!.Take(40)), Is.EqualTo("2443322687080893505045351297662845413965"));
        });
    }

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(16)]
    public void The_number_of_threads_changes_nothing(int threads)
    {
        var other = StrokeDigits.Generate(5_000, seed: 1, threads);
        Assert.That(Hash(other.Pixels) + Hash(other.Labels!), Is.EqualTo(Hash(Digits.Pixels) + Hash(Digits.Labels!)));
    }

    [Test]
    public void A_digit_depends_on_its_number_alone()
    {
        var later = StrokeDigits.Generate(300, seed: 1, threads: 2, first: 777);
        Assert.That(later.Pixels.AsSpan().SequenceEqual(Digits.Pixels.AsSpan(777 * 784, 300 * 784)));
        Assert.That(later.Labels, Is.EqualTo(Digits.Labels![777..1077]));
    }

    [TestCase(0ul)]
    [TestCase(2ul)]
    [TestCase(ulong.MaxValue)]
    public void Another_seed_gives_other_digits(ulong seed)
    {
        var other = StrokeDigits.Generate(200, seed, threads: 1);
        var same = Enumerable.Range(0, 200).Count(i => other[i].SequenceEqual(Digits[i]));
        Assert.That(same, Is.Zero);
    }

    [Test]
    public void No_two_digits_are_alike()
    {
        var distinct = Enumerable.Range(0, Digits.Count).Select(i => Convert.ToHexString(Digits[i])).Distinct().Count();
        Assert.That(distinct, Is.EqualTo(Digits.Count));
    }

    [Test]
    public void The_ten_labels_are_balanced()
    {
        var counts = Digits.Labels!.GroupBy(label => label).ToDictionary(group => group.Key, group => group.Count());
        Assert.That(counts.Keys, Is.EquivalentTo(Enumerable.Range(0, 10)));
        // Five deviations of a binomial count of 5,000 at 1/10.
        Assert.That(counts.Values, Is.All.InRange(500 - 106, 500 + 106));
    }

    [Test]
    public void The_ink_is_about_that_of_MNIST()
    {
        var inked = Digits.Pixels.Count(pixel => pixel > 0) / (double)Digits.Pixels.Length;
        var mean = Digits.Pixels.Average(pixel => pixel) / 255;
        Assert.Multiple(() =>
        {
            Assert.That(inked, Is.EqualTo(0.191).Within(0.01));
            Assert.That(mean, Is.EqualTo(0.131).Within(0.01));
        });
    }

    [Test]
    public void Every_digit_is_whole_and_in_the_picture()
    {
        for (var i = 0; i < Digits.Count; i++)
        {
            var image = Digits[i].ToArray();
            var rim = Enumerable.Range(0, 28).SelectMany(k => new[] { image[k], image[27 * 28 + k], image[28 * k], image[28 * k + 27] });
            Assert.That(rim.Max(), Is.LessThan(128), $"digit {i} runs over the edge");
            Assert.That(image.Max(), Is.GreaterThan(200), $"digit {i} is faint");
        }
    }

    [Test]
    public void A_digit_is_nearest_to_the_mean_of_its_own_kind()
    {
        var means = new double[10][];
        for (var label = 0; label < 10; label++)
        {
            var own = Enumerable.Range(0, 4_000).Where(i => Digits.Labels![i] == label).ToArray();
            means[label] = [.. Enumerable.Range(0, 784).Select(p => own.Average(i => (double)Digits.Pixels[i * 784 + p]))];
        }
        var right = Enumerable.Range(4_000, 1_000).Count(i => Nearest(means, Digits[i]) == Digits.Labels![i]);
        // MNIST itself reaches 82 %.
        Assert.That(right, Is.GreaterThan(800));
    }

    [Test]
    public void No_digits_may_be_asked_for() => Assert.That(StrokeDigits.Generate(0, 1, 1).Count, Is.Zero);

    [TestCase(-1, 1, 0)]
    [TestCase(int.MaxValue, 1, 0)]
    [TestCase(1, 0, 0)]
    [TestCase(1, 1, -1)]
    public void Impossible_requests_are_refused(int count, int threads, int first) =>
        Assert.That(() => StrokeDigits.Generate(count, 1, threads, first), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void The_built_in_set_is_one_row_of_digits_cut_in_two()
    {
        var data = DataSource.Load(null, seed: 1, threads: 2);
        Assert.Multiple(() =>
        {
            Assert.That(data.Name, Is.EqualTo("digits"));
            Assert.That((data.Train.Count, data.Test.Count), Is.EqualTo((60_000, 10_000)));
            Assert.That(((ImageSet)data.Train)[4_999].SequenceEqual(Digits[4_999]));
            Assert.That(((ImageSet)data.Test)[0].SequenceEqual(StrokeDigits.Generate(1, 1, 1, first: 60_000)[0]));
        });
    }

    [Test]
    public void A_named_folder_takes_the_place_of_the_built_in_set() =>
        Assert.That(() => DataSource.Load("no such folder", 1, 1), Throws.InstanceOf<DataException>());

    private static int Nearest(double[][] means, ReadOnlySpan<byte> image)
    {
        var distances = new double[means.Length];
        for (var label = 0; label < means.Length; label++)
            for (var p = 0; p < image.Length; p++)
                distances[label] += (image[p] - means[label][p]) * (image[p] - means[label][p]);
        return Array.IndexOf(distances, distances.Min());
    }

    private static string Hash(byte[] data) => Convert.ToHexString(SHA256.HashData(data))[..16];
}
