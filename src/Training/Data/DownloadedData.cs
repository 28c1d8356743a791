using System.IO.Compression;
using System.Security.Cryptography;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>
/// MNIST and Fashion-MNIST by name: fetched once to the user's data folder, as published, packed with gzip. A file counts only with the
/// right checksum, also when it lies there already, and the bytes that were checked are the bytes that are read.
/// </summary>
public sealed class DownloadedData
{
    /// <summary>More than any of the files has, packed or unpacked.</summary>
    private const int MostBytes = 48 << 20;

    private static readonly string[] Files =
        ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];

    private readonly string[] sums;
    private readonly bool unpacked;
    private readonly string[] places;

    private DownloadedData(string name, bool unpacked, string[] sums, params string[] places) =>
        (Name, this.unpacked, this.sums, this.places) = (name, unpacked, sums, places);

    /// <summary>The sets there are, with checksums by SHA-256.</summary>
    /// <remarks>
    /// MNIST's are those of the unpacked files, for they were packed more than once. Fashion-MNIST's are those of the packed files, as
    /// TensorFlow Datasets lists them.
    /// </remarks>
    public static IReadOnlyList<DownloadedData> Known { get; } =
    [
        new(
            "mnist",
            unpacked: true,
            [
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ],
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        new(
            "fashion-mnist",
            unpacked: false,
            [
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ],
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
    ];

    /// <summary>What --data calls it.</summary>
    public string Name { get; }

    /// <summary>Where the sets are kept: "vaegpu/data" in the user's local application data.</summary>
    public static string UserFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "vaegpu",
            "data");

    /// <summary>Fetches by HTTP, and stops where more comes than any of the files has.</summary>
    /// <exception cref="HttpRequestException">The file cannot be had, or is too large.</exception>
    public static byte[] Fetch(Uri address)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(5), MaxResponseContentBufferSize = MostBytes };
        return client.GetByteArrayAsync(address).GetAwaiter().GetResult();
    }

    /// <summary>Loads the set from <paramref name="parent"/>; what is not there is fetched first.</summary>
    /// <exception cref="DataException">A file can be had from nowhere.</exception>
    public DataSplit Load(string parent, Func<Uri, byte[]> fetch, LoadingOptions? how = null)
    {
        string[] paths = [.. Files.Select(file => Path.Combine(parent, Name, file))];
        var contents = new Dictionary<string, byte[]>();
        for (var i = 0; i < Files.Length; i++)
            contents[paths[i]] = Stored(paths[i], sums[i]) ?? Get(paths[i], Files[i], sums[i], fetch);
        return IdxFolder.Load(
            Name, (paths[0], paths[1]), (paths[2], paths[3]), path => new MemoryStream(contents[path], writable: false),
            how ?? new LoadingOptions());
    }

    /// <summary>The content of a file that has the checksum; null where there is no such file.</summary>
    private byte[]? Stored(string path, string sum)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            if (file.Length > MostBytes)
                return null;
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return Sum(content) == sum ? content : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private byte[] Get(string path, string file, string sum, Func<Uri, byte[]> fetch)
    {
        var reason = "";
        foreach (var place in places)
        {
            try
            {
                var content = fetch(new Uri(place + file));
                if (Sum(content) == sum)
                {
                    AtomicFile.Write(path, stream => stream.Write(content));
                    return content;
                }
                reason = "its checksum is wrong";
            }
            catch (Exception error)
                when (error is HttpRequestException or OperationCanceledException or IOException or UnauthorizedAccessException)
            {
                reason = error.Message.TrimEnd('.');
            }
        }
        throw new DataException($"The data \"{Name}\" needs {file}, which could not be fetched ({reason}); put its four files in a "
            + "folder and name that with --data FOLDER.");
    }

    private string Sum(byte[] content)
    {
        try
        {
            using Stream stream = new MemoryStream(content);
            if (!unpacked)
                return Convert.ToHexStringLower(SHA256.HashData(stream));
            using var inner = new GZipStream(stream, CompressionMode.Decompress);
            var room = new byte[MostBytes];
            int length = inner.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
            return length < room.Length ? Convert.ToHexStringLower(SHA256.HashData(room.AsSpan(0, length))) : "too long";
        }
        catch (InvalidDataException)
        {
            return "not a gzip file";
        }
    }
}
