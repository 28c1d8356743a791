using System.Runtime.InteropServices;

namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>The functions of an MPI library that are used here, and its constants. Found at run time: nothing is linked.</summary>
/// <remarks>
/// Open MPI's handles are pointers, to symbols of the library; those of MPICH and its kin (Intel MPI, MVAPICH, Cray) are numbers of 32
/// bits. Both are passed as words: a register holds either. In memory, an array of requests has the width of the library's own.
/// </remarks>
internal sealed unsafe class MpiLibrary
{
    /// <summary>Names the library's file where the loader does not find it, or finds another.</summary>
    public const string FileVariable = "VAEGPU_MPI_LIBRARY";

    private const int MpiThreadFunneled = 1;
    private const int LongestText = 8192;

    private readonly delegate* unmanaged<int*, byte***, int, int*, int> initThread;
    private readonly delegate* unmanaged<int> finalize;
    private readonly delegate* unmanaged<nint, int, int> abort;
    private readonly delegate* unmanaged<nint, int*, int> commRank;
    private readonly delegate* unmanaged<nint, int*, int> commSize;
    private readonly delegate* unmanaged<nint, nint, int> commSetErrorHandler;
    private readonly delegate* unmanaged<byte*, int*, int> getLibraryVersion;
    private readonly delegate* unmanaged<int, byte*, int*, int> errorString;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, void*, int> isend;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, void*, int> irecv;
    private readonly delegate* unmanaged<int, void*, int*, nint, int> testAll;
    private readonly delegate* unmanaged<nint, void*, int> ibarrier;
    private readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, void*, int> iallgather;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, void*, int> iallgatherv;

    private readonly nint world, bytes, floats, errorsReturn, statusesIgnore;

    private MpiLibrary(nint library)
    {
        initThread = (delegate* unmanaged<int*, byte***, int, int*, int>)Symbol("MPI_Init_thread");
        finalize = (delegate* unmanaged<int>)Symbol("MPI_Finalize");
        abort = (delegate* unmanaged<nint, int, int>)Symbol("MPI_Abort");
        commRank = (delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_rank");
        commSize = (delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_size");
        commSetErrorHandler = (delegate* unmanaged<nint, nint, int>)Symbol("MPI_Comm_set_errhandler");
        getLibraryVersion = (delegate* unmanaged<byte*, int*, int>)Symbol("MPI_Get_library_version");
        errorString = (delegate* unmanaged<int, byte*, int*, int>)Symbol("MPI_Error_string");
        isend = (delegate* unmanaged<void*, int, nint, int, int, nint, void*, int>)Symbol("MPI_Isend");
        irecv = (delegate* unmanaged<void*, int, nint, int, int, nint, void*, int>)Symbol("MPI_Irecv");
        testAll = (delegate* unmanaged<int, void*, int*, nint, int>)Symbol("MPI_Testall");
        ibarrier = (delegate* unmanaged<nint, void*, int>)Symbol("MPI_Ibarrier");
        iallgather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, void*, int>)Symbol("MPI_Iallgather");
        iallgatherv = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, void*, int>)Symbol("MPI_Iallgatherv");
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out world))
        {
            (bytes, floats, errorsReturn) = (Symbol("ompi_mpi_byte"), Symbol("ompi_mpi_float"), Symbol("ompi_mpi_errors_return"));
            (statusesIgnore, RequestBytes) = (0, sizeof(nint));
        }
        else
        {
            (world, bytes, floats, errorsReturn) = (0x44000000, 0x4c00010d, 0x4c00040a, 0x54000001);
            (statusesIgnore, RequestBytes) = (1, sizeof(int));
        }

        nint Symbol(string name) => NativeLibrary.GetExport(library, name);
    }

    /// <summary>The width of a request in an array of them.</summary>
    public int RequestBytes { get; }

    /// <summary>The library and its version, as it calls itself.</summary>
    public string Version
    {
        get
        {
            byte* text = stackalloc byte[LongestText];
            int length;
            getLibraryVersion(text, &length);
            return Encoding.UTF8.GetString(text, length).Split('\n', ',')[0].Replace("\t", " ", StringComparison.Ordinal).Trim();
        }
    }

    /// <summary>Loads the library that understands <paramref name="launcher"/>.</summary>
    /// <exception cref="CommunicationException">No library was found; the message says what to install.</exception>
    public static MpiLibrary Load(Launcher launcher)
    {
        string? named = Environment.GetEnvironmentVariable(FileVariable);
        string[] files = named is { Length: > 0 } ? [named] : launcher.Libraries;
        foreach (string file in files)
        {
            if (!TryLoad(file, out nint library))
                continue;
            try
            {
                return new MpiLibrary(library);
            }
            catch (EntryPointNotFoundException e)
            {
                throw new CommunicationException(
                    $"{file} is not an MPI library of version 3 or newer: {e.Message} Name another file in {FileVariable}.", e);
            }
        }
        throw new CommunicationException(
            $"This process was started by {launcher.Name}, but no MPI library was found ({string.Join(", ", files)}). "
            + (named is { Length: > 0 } ? $"{FileVariable} names it; correct or remove it."
                : $"Install {launcher.Packages}, add the library's folder to LD_LIBRARY_PATH, or name its file in {FileVariable}."));
    }

    /// <summary>Starts MPI; from now on this thread makes all calls. Errors come back as codes.</summary>
    public (int Rank, int Size) Initialize()
    {
        int provided, rank, size;
        using (new SignalHandlers())
            Check(initThread(null, null, MpiThreadFunneled, &provided), "MPI_Init_thread");
        if (provided < MpiThreadFunneled)
            throw new CommunicationException($"{Version} was built without thread support; use a build that has it.");
        Check(commSetErrorHandler(world, errorsReturn), "MPI_Comm_set_errhandler");
        Check(commRank(world, &rank), "MPI_Comm_rank");
        Check(commSize(world, &size), "MPI_Comm_size");
        return (rank, size);
    }

    public void Complete() => Check(finalize(), "MPI_Finalize");

    /// <summary>Ends the processes of all ranks; does not return.</summary>
    public void Abort(int exitCode) => abort(world, exitCode);

    public void Send(float* values, int count, int to, int tag, byte* request) =>
        Check(isend(values, count, floats, to, tag, world, request), "MPI_Isend");

    public void Receive(float* values, int count, int from, int tag, byte* request) =>
        Check(irecv(values, count, floats, from, tag, world, request), "MPI_Irecv");

    /// <summary>Whether all of some requests are done; moves what is under way on.</summary>
    public bool Test(byte* requests, int count)
    {
        int done;
        Check(testAll(count, requests, &done, statusesIgnore), "MPI_Testall");
        return done != 0;
    }

    public void Barrier(byte* request) => Check(ibarrier(world, request), "MPI_Ibarrier");

    /// <summary>Gives each rank <paramref name="count"/> bytes of every rank.</summary>
    public void Gather(byte* own, int count, byte* all, byte* request) =>
        Check(iallgather(own, count, bytes, all, count, bytes, world, request), "MPI_Iallgather");

    /// <summary>Gives each rank counts[r] bytes of rank r, at starts[r].</summary>
    public void Gather(byte* own, int count, byte* all, int* counts, int* starts, byte* request) =>
        Check(iallgatherv(own, count, bytes, all, counts, starts, bytes, world, request), "MPI_Iallgatherv");

    /// <summary>Loads a library, and with it those of networks, which begin to work at once.</summary>
    private static bool TryLoad(string file, out nint library)
    {
        using (new SignalHandlers())
            return NativeLibrary.TryLoad(file, out library);
    }

    private void Check(int error, string call)
    {
        if (error == 0)
            return;
        byte* text = stackalloc byte[LongestText];
        int length = 0;
        errorString(error, text, &length);
        throw new CommunicationException($"{call} failed: {Encoding.UTF8.GetString(text, length).Trim()}");
    }
}
