using System.Net;
using System.Net.Sockets;
using VaeGpu.Training.Data;

namespace VaeGpu.Tests.Data;

public sealed class NamedDataTests
{
    [Test]
    public void Shapes_have_every_combination_of_their_factors_once()
    {
        var all = Enumerable.Range(0, Shapes.Count).Select(Shapes.FactorsOf).ToHashSet();
        var data = DataSource.Load("shapes", seed: 1, threads: 2);
        Assert.Multiple(() =>
        {
            Assert.That(all, Has.Count.EqualTo(Shapes.Count));
            Assert.That(data.Train.Count + data.Test.Count, Is.EqualTo(Shapes.Count));
            Assert.That(data.Test.Count, Is.EqualTo((Shapes.Count + 6) / 7));
            Assert.That(data.Train.NameOf(data.Train.Labels![0]), Is.AnyOf("square", "ellipse", "heart"));
        });
    }

    [Test]
    public void Shapes_stay_in_the_picture_and_grow_with_their_scale()
    {
        var set = Shapes.Generate(threads: 2);
        var rim = 0;
        var ink = new double[Shapes.Counts.Scale];
        for (var i = 0; i < set.Count; i++)
        {
            var image = set[i];
            for (var side = 0; side < Shapes.Side; side++)
                rim |= image[side] | image[side * Shapes.Side] | image[^(side + 1)];
            foreach (var level in image)
                ink[Shapes.FactorsOf(i).Scale] += level;
        }
        Assert.That(rim, Is.Zero);
        Assert.That(ink, Is.Ordered.Ascending);
    }

    [Test]
    public void Without_a_network_the_remedy_is_named()
    {
        using var folder = new ScratchFolder();
        var mnist = DownloadedData.Known.Single(known => known.Name == "mnist");
        Assert.That(
            () => mnist.Load(folder.Path, _ => throw new HttpRequestException("no such host.")),
            Throws.TypeOf<DataException>().With.Message.Contains("no such host").And.Message.Contains("--data FOLDER"));
        Assert.That(
            () => mnist.Load(folder.Path, _ => [1, 2, 3]), Throws.TypeOf<DataException>().With.Message.Contains("checksum"));
        Assert.That(Directory.GetFileSystemEntries(folder.Path), Is.Empty);
    }

    [Test]
    public void A_download_and_what_is_packed_in_it_are_bounded()
    {
        using var server = new HttpListener();
        var address = new Uri($"http://localhost:{FreePort()}/");
        server.Prefixes.Add(address.AbsoluteUri);
        server.Start();
        var serving = Task.Run(() =>
        {
            var response = server.GetContext().Response;
            try
            {
                for (var i = 0; i < 1 << 10; i++)
                    response.OutputStream.Write(new byte[1 << 20]);
            }
            catch (HttpListenerException)
            {
                // Who fetched has enough.
            }
        });
        Assert.That(() => DownloadedData.Fetch(address), Throws.TypeOf<HttpRequestException>());
        server.Stop();

        using var folder = new ScratchFolder();
        byte[] bomb = Idx.Gzip(new byte[1 << 28]);
        var mnist = DownloadedData.Known.Single(known => known.Name == "mnist");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => mnist.Load(folder.Path, _ => bomb), Throws.TypeOf<DataException>().With.Message.Contains("checksum"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 28));
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    [Test]
    public void A_split_depends_on_its_seed_alone_and_loses_nothing()
    {
        var all = new ImageSet([.. Enumerable.Range(0, 50).Select(i => (byte)i)], null, 1, 1);
        var (one, again, other) = (SeededSplit.Of("x", all, 1), SeededSplit.Of("x", all, 1), SeededSplit.Of("x", all, 2));
        Assert.That(one.Train.Pixels.Concat(one.Test.Pixels).Order(), Is.EqualTo(all.Pixels));
        Assert.That(again.Test.Pixels, Is.EqualTo(one.Test.Pixels).And.Not.EqualTo(other.Test.Pixels));
        Assert.That(one.Test.Count, Is.EqualTo(8));
    }
}
