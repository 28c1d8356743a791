using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using VaeGpu.TorchSharp;

// Says what it is, then answers each line on standard input with the seconds that so many runs took, or with "none" and the reason; the
// lines are those of ../pytorch_cpu.py. Its argument is the number of threads. With --read and a file of safetensors, it lists the tensors.
if (Refusal() is { } refusal)
{
    Console.WriteLine($"none {refusal}. Where it is GLIBCXX_3.4.32 that is missing, say "
        + "`python3 bench/peer/TorchSharp/weaken_libstdcxx.py`");
    return;
}
if (args is ["--read", string file])
{
    TensorListing.Print(file);
    return;
}
torch.set_num_threads(int.Parse(args[0], CultureInfo.InvariantCulture));
torch.manual_seed(1);
Console.WriteLine($"libtorch {Version.Parse(torch.__version__).ToString(3)}");
(string Text, Action Run, IDisposable Memory)? ready = null;
while (Console.ReadLine() is { } line)
    Console.WriteLine(Answer(line));

string Answer(string line)
{
    int last = line.LastIndexOf(' ');
    string text = line[..last];
    int runs = int.Parse(line[(last + 1)..], CultureInfo.InvariantCulture);
    try
    {
        if (ready?.Text != text)
        {
            ready?.Memory.Dispose();
            DisposeScope memory = torch.NewDisposeScope();
            ready = (text, Work.Of(text.Split(' ')), memory);
        }
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++)
            ready.Value.Run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture);
    }
    catch (Exception e)
    {
        return $"none {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
    }
}

// Why the native library cannot be loaded: TorchSharp itself would print pages.
static string? Refusal()
{
    string library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
    try
    {
        if (OperatingSystem.IsLinux())
            NativeLibrary.Load(library);
        return null;
    }
    catch (DllNotFoundException e)
    {
        // The last line is the loader's; advice comes before it.
        return e.Message.Trim().Split('\n')[^1];
    }
}
