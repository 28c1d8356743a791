namespace VaeGpu.Training.Distributed.Mpi;

/// <summary>The program that started this process as one of several, as it shows in the environment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rank">The number that it gave this process; null where it is not a number.</param>
/// <param name="Size">How many processes it started; null where it does not say.</param>
/// <param name="Libraries">The files of the libraries that understand it, the likeliest first.</param>
/// <param name="Packages">What to install if none of the libraries is found.</param>
internal sealed record Launcher(string Name, int? Rank, int? Size, string[] Libraries, string Packages)
{
    private static readonly string[] openMpi = ["libmpi.so.40", "libmpi.40.dylib"];

    /// <summary>The common ABI of MPICH, Intel MPI and MVAPICH; Debian's name for it; Cray's.</summary>
    private static readonly string[] mpich = ["libmpi.so.12", "libmpich.so.12", "libmpi_cray.so.12", "libmpi.12.dylib"];

    /// <summary>The variables that each launcher sets, those of Open MPI's mpirun first: it sets PMIX_RANK, too.</summary>
    private static readonly (string Rank, string[] Sizes, string Name, string[] Libraries, string Packages)[] known =
    [
        ("OMPI_COMM_WORLD_RANK", ["OMPI_COMM_WORLD_SIZE"], "mpirun of Open MPI", openMpi, "Open MPI (libopenmpi3 on Debian and Ubuntu)"),
        ("PMI_RANK", ["PMI_SIZE"], "mpiexec of MPICH or srun", [.. mpich, .. openMpi], "MPICH (libmpich12 on Debian and Ubuntu)"),
        ("PMIX_RANK", ["SLURM_STEP_NUM_TASKS"], "srun or prterun", [.. openMpi, .. mpich], "Open MPI or MPICH, built with PMIx"),
    ];

    /// <summary>Whether it leaves some ranks to some cores alone, unless it is asked not to.</summary>
    public bool Binds => Libraries == openMpi;

    /// <summary>The launcher of a process with these variables; null where it was started by itself, or alone.</summary>
    public static Launcher? Of(Func<string, string?> variable)
    {
        foreach (var (rank, sizes, name, libraries, packages) in known)
        {
            if (variable(rank) is not { } own)
                continue;
            int? size = sizes.Select(variable).Select(Number).FirstOrDefault(number => number is not null);
            return size == 1 ? null : new Launcher(name, Number(own), size, libraries, packages);
        }
        return null;
    }

    private static int? Number(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number : null;
}
