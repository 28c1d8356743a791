using System.IO.Compression;
using System.Security.Cryptography;
using VaeGpu.Training.Files;

namespace VaeGpu.Training.Data;

/// <summary>
/// MNIST and Fashion-MNIST by name: fetched once to the user's data folder, as published, packed with gzip. A file counts only with the
/// right checksum, also when it lies there already.
/// </summary>
public sealed class DownloadedData
{
    private static readonly string[] Files =
        ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"];

    private readonly string[] sums;
    private readonly bool unpacked;
    private readonly string[] places;

    private DownloadedData(string name, bool unpacked, string[] sums, params string[] places) =>
        (Name, this.unpacked, this.sums, this.places) = (name, unpacked, sums, places);

    /// <summary>The sets there are. The checksums are MD5: against damage, not against malice.</summary>
    /// <remarks>
    /// MNIST's are those of the unpacked files, for they were packed more than once; they are listed in secml's
    /// c_dataloader_mnist.py (github.com/pralab/secml). Fashion-MNIST's are those of the packed files, which its publisher lists in
    /// README.md (github.com/zalandoresearch/fashion-mnist).
    /// </remarks>
    public static IReadOnlyList<DownloadedData> Known { get; } =
    [
        new(
            "mnist",
            unpacked: true,
            [
                "6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624",
                "2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637",
            ],
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        new(
            "fashion-mnist",
            unpacked: false,
            [
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310",
            ],
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"),
    ];

    /// <summary>What --data calls it.</summary>
    public string Name { get; }

    /// <summary>Where the sets are kept: "vaegpu/data" in the user's local application data.</summary>
    public static string UserFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "vaegpu",
            "data");

    /// <summary>Fetches by HTTP.</summary>
    public static byte[] Fetch(Uri address)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        return client.GetByteArrayAsync(address).GetAwaiter().GetResult();
    }

    /// <summary>Loads the set from <paramref name="parent"/>; what is not there is fetched first.</summary>
    /// <exception cref="DataException">A file can be had from nowhere.</exception>
    public DataSplit Load(string parent, Func<Uri, byte[]> fetch)
    {
        var folder = Path.Combine(parent, Name);
        for (var i = 0; i < Files.Length; i++)
        {
            var path = Path.Combine(folder, Files[i]);
            if (!File.Exists(path) || Sum(File.ReadAllBytes(path)) != sums[i])
                Get(path, Files[i], sums[i], fetch);
        }
        return IdxFolder.Load(folder);
    }

    private void Get(string path, string file, string sum, Func<Uri, byte[]> fetch)
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
                    return;
                }
                reason = "its checksum is wrong";
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException or UnauthorizedAccessException)
            {
                reason = error.Message.TrimEnd('.');
            }
        }
        throw new DataException($"The data \"{Name}\" needs {file}, which could not be fetched ({reason}); put its four files in a folder and name that with --data FOLDER.");
    }

    private string Sum(byte[] content)
    {
        try
        {
            using var stream = new MemoryStream(content);
            using Stream hashed = unpacked ? new GZipStream(stream, CompressionMode.Decompress) : stream;
            return Convert.ToHexStringLower(MD5.HashData(hashed));
        }
        catch (InvalidDataException)
        {
            return "not a gzip file";
        }
    }
}
