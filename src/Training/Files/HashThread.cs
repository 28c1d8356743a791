using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace VaeGpu.Training.Files;

/// <summary>SHA-256 of numbers that come piece by piece, computed on a thread of its own while the next piece is fetched.</summary>
internal sealed class HashThread : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SemaphoreSlim handed = new(0), done = new(1);
    private readonly Thread thread;
    private (float[]? Numbers, int Length) piece;

    public HashThread()
    {
        thread = new Thread(Run) { IsBackground = true, Name = "checksum" };
        thread.Start();
    }

    /// <summary>Takes bytes at once.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Await();
        hash.AppendData(bytes);
        done.Release();
    }

    /// <summary>Takes the first numbers of an array, which must stand as they are until the next call.</summary>
    public void Append(float[] numbers, int length)
    {
        Await();
        piece = (numbers, length);
        handed.Release();
    }

    /// <summary>The hash of all that was taken.</summary>
    public byte[] Finish()
    {
        Await();
        byte[] sum = hash.GetHashAndReset();
        done.Release();
        return sum;
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        Await();
        piece = default;
        handed.Release();
        thread.Join();
        hash.Dispose();
        handed.Dispose();
        done.Dispose();
    }

    /// <summary>Waits until all that was taken is in the hash.</summary>
    private void Await() => done.Wait();

    private void Run()
    {
        while (true)
        {
            handed.Wait();
            if (piece.Numbers is null)
                return;
            hash.AppendData(MemoryMarshal.AsBytes(piece.Numbers.AsSpan(0, piece.Length)));
            done.Release();
        }
    }
}
