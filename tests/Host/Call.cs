using VaeGpu.Host;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Training;

namespace VaeGpu.Tests.Host;

/// <summary>A call of the program, in this process: what it wrote and returned.</summary>
internal sealed record Call(int ExitCode, string Output, string Error)
{
    public static Call Of(params string[] arguments) => Of(arguments, interactive: false, default);

    public static Call Of(string[] arguments, bool interactive, CancellationToken stop)
    {
        using var output = new StringWriter();
        return Of(arguments, output, interactive, stop);
    }

    public static Call Of(string[] arguments, StringWriter output, bool interactive, CancellationToken stop)
    {
        using var error = new StringWriter();
        var code = VaeGpuProgram.Run(arguments, new Terminal(output, error, interactive), stop);
        return new Call(code, output.ToString(), error.ToString());
    }

    /// <summary>
    /// Trains a small model on few images in the folder "run"; an option in <paramref name="more"/> takes the place of its own.
    /// </summary>
    public static string[] Train(ScratchFolder folder, params string[] more)
    {
        (string Name, string Value)[] own =
        [
            ("--data", PutData(folder)), ("--out", folder["run"]), ("--hidden", "16"), ("--latent", "2"), ("--batch", "64"),
            ("--device", "cpu"), ("--threads", "1"), ("--binarize", "static"),
        ];
        return ["train", .. own.Where(option => !more.Contains(option.Name)).SelectMany(option => (string[])[option.Name, option.Value]),
            .. more];
    }

    /// <summary>Puts <see cref="TinyRun.Data"/> in the folder "data" as IDX files, without labels.</summary>
    internal static string PutData(ScratchFolder folder)
    {
        Directory.CreateDirectory(folder["data"]);
        folder.Put("data/train-images-idx3-ubyte", [.. Idx.Header(Idx.Images, TinyRun.Images, 28, 28), .. TinyRun.Data.Train.Pixels]);
        folder.Put("data/t10k-images-idx3-ubyte", [.. Idx.Header(Idx.Images, TinyRun.HeldOut, 28, 28), .. TinyRun.Data.Test.Pixels]);
        return folder["data"];
    }
}
