using System.Runtime.InteropServices;

namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>One of the library's own collective operations.</summary>
internal sealed unsafe class MpiCollective(string name, Action<MpiLibrary, nint> start) : MpiOperation, IDisposable
{
    private readonly byte* request = (byte*)NativeMemory.AllocZeroed((nuint)sizeof(nint));

    public override string Awaited => $"the other ranks ({name})";

    public override void Start(MpiLibrary mpi) => start(mpi, (nint)request);

    public override bool Advance(MpiLibrary mpi) => mpi.Test(request, 1);

    public void Dispose() => NativeMemory.Free(request);
}
