using System.Runtime.InteropServices;

namespace VaeGpu.Training.Distributed.Nccl;

/// <summary>What ranks that meet have in common (ncclUniqueId); it is passed by value.</summary>
internal unsafe struct NcclId
{
    public const int Bytes = 128;

    public fixed byte Value[Bytes];
}

/// <summary>The functions of NVIDIA's collective communication library that are used here, or what stands in for them.</summary>
internal sealed unsafe class NcclFunctions
{
    /// <summary>Success, as every function returns it.</summary>
    public const int Success = 0;

    /// <summary>ncclFloat32.</summary>
    public const int Float32 = 7;

    /// <summary>ncclSum.</summary>
    public const int Addition = 0;

    /// <summary>The first version with ncclSend and ncclRecv.</summary>
    public const string OldestVersion = "2.7";

    private static readonly string[] files = ["libnccl.so.2", "libnccl.so"];

    public required delegate* unmanaged<NcclId*, int> GetUniqueId { get; init; }
    public required delegate* unmanaged<nint*, int, NcclId, int, int> CommInitRank { get; init; }
    public required delegate* unmanaged<nint, int> CommDestroy { get; init; }
    public required delegate* unmanaged<nint, int> CommAbort { get; init; }
    public required delegate* unmanaged<nint, int*, int> CommGetAsyncError { get; init; }
    public required delegate* unmanaged<int> GroupStart { get; init; }
    public required delegate* unmanaged<int> GroupEnd { get; init; }
    public required delegate* unmanaged<void*, nuint, int, int, nint, nint, int> Send { get; init; }
    public required delegate* unmanaged<void*, nuint, int, int, nint, nint, int> Recv { get; init; }
    public required delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int> AllReduce { get; init; }
    public required delegate* unmanaged<int, byte*> GetErrorString { get; init; }

    /// <summary>The library of this machine; null where there is none, and why.</summary>
    public static NcclFunctions? Load(out string refusal)
    {
        foreach (string file in files)
        {
            if (!NativeLibrary.TryLoad(file, out nint library))
                continue;
            refusal = "";
            try
            {
                return Of(library);
            }
            catch (EntryPointNotFoundException e)
            {
                refusal = $"NCCL ({file}) is older than {OldestVersion}: {e.Message}";
                return null;
            }
        }
        refusal = $"NCCL was not found ({string.Join(", ", files)}); install libnccl2, or add its folder to LD_LIBRARY_PATH";
        return null;
    }

    /// <summary>Goes on after success only.</summary>
    /// <exception cref="CommunicationException">The call failed.</exception>
    public void Check(int result, string call)
    {
        if (result != Success)
            throw new CommunicationException($"{call} failed: {Marshal.PtrToStringUTF8((nint)GetErrorString(result))}. "
                + "NCCL_DEBUG=INFO makes NCCL say more.");
    }

    private static NcclFunctions Of(nint library)
    {
        return new NcclFunctions
        {
            GetUniqueId = (delegate* unmanaged<NcclId*, int>)Symbol("ncclGetUniqueId"),
            CommInitRank = (delegate* unmanaged<nint*, int, NcclId, int, int>)Symbol("ncclCommInitRank"),
            CommDestroy = (delegate* unmanaged<nint, int>)Symbol("ncclCommDestroy"),
            CommAbort = (delegate* unmanaged<nint, int>)Symbol("ncclCommAbort"),
            CommGetAsyncError = (delegate* unmanaged<nint, int*, int>)Symbol("ncclCommGetAsyncError"),
            GroupStart = (delegate* unmanaged<int>)Symbol("ncclGroupStart"),
            GroupEnd = (delegate* unmanaged<int>)Symbol("ncclGroupEnd"),
            Send = (delegate* unmanaged<void*, nuint, int, int, nint, nint, int>)Symbol("ncclSend"),
            Recv = (delegate* unmanaged<void*, nuint, int, int, nint, nint, int>)Symbol("ncclRecv"),
            AllReduce = (delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int>)Symbol("ncclAllReduce"),
            GetErrorString = (delegate* unmanaged<int, byte*>)Symbol("ncclGetErrorString"),
        };

        nint Symbol(string name) => NativeLibrary.GetExport(library, name);
    }
}
