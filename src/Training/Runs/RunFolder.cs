using System.Text.RegularExpressions;
using VaeGpu.Training.Configuration;
using VaeGpu.Training.Files;
using VaeGpu.Training.Watching;

namespace VaeGpu.Training.Runs;

/// <summary>
/// The folder of one training run. While it is open no other process can train in it. A run that is there already is replaced only
/// when that was asked for, and only by <see cref="Clear"/>.
/// </summary>
public sealed partial class RunFolder : IDisposable
{
    private const string LockName = ".vaegpu.lock", BestName = "checkpoint-best.vae";

    /// <summary>How often, and after how many milliseconds, a lock that is held is tried again.</summary>
    private const int Attempts = 3, Moment = 10;

    private readonly FileStream held;
    private readonly DateTime heldSince;
    private readonly bool made;

    private RunFolder(string path, FileStream held, bool made)
    {
        (Path, this.held, this.made) = (path, held, made);
        // What tells this lock from that of another process in another folder of this name.
        held.WriteByte((byte)'\n');
        held.Flush(flushToDisk: true);
        heldSince = File.GetLastWriteTimeUtc(In(LockName));
        AtomicFile.Guard(Path, ThrowIfUnfit);
    }

    /// <summary>The folder, as a full path.</summary>
    public string Path { get; }

    public string Checkpoint => CheckpointIn(Path);

    public string Configuration => ConfigurationIn(Path);

    public string Metrics => MetricsIn(Path);

    /// <summary>The path of the progress within epochs, lines of JSON.</summary>
    public string MetricsLog => In("metrics.jsonl");

    /// <summary>The path of the checkpoint of the best epoch, where it is kept.</summary>
    public string BestCheckpoint => In(BestName);

    /// <summary>The checkpoint last: removed in this order, there is a run to go on with until nothing is left.</summary>
    private string[] Files =>
    [
        .. EpochCheckpoints, BestCheckpoint, .. Logs,
        Configuration, Metrics, Losses(".svg"), Losses(".png"), Samples(".png"), Reconstructions(".png"), Samples(".txt"),
        Reconstructions(".txt"), Samples(".csv"), Reconstructions(".csv"), Checkpoint,
    ];

    /// <summary>What tells of the progress within epochs.</summary>
    private IEnumerable<string> Logs => Directory.EnumerateFiles(Path, $"{EventFile.NamePrefix}*").Order(StringComparer.Ordinal)
        .Append(MetricsLog);

    /// <summary>Checkpoints of epochs that are in the folder, or that a killed process was writing.</summary>
    private IEnumerable<string> EpochCheckpoints => Directory.EnumerateFiles(Path)
        .Select(file => EpochFile().Match(System.IO.Path.GetFileName(file))).Where(match => match.Success)
        .Select(match => In(match.Value)).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The path of the checkpoint of one epoch, where it is kept.</summary>
    public string CheckpointOf(int epoch) => In(FormattableString.Invariant($"checkpoint-epoch-{epoch}.vae"));

    /// <summary>The path of the loss curves, .svg or .png.</summary>
    public string Losses(string extension) => In($"loss{extension}");

    /// <summary>The path of the images drawn from the prior, .png, or of lines of text, .txt, or rows of a table, .csv.</summary>
    public string Samples(string extension) => In($"samples{extension}");

    /// <summary>The path of held-out images beside their reconstructions, .png, or the same of text, .txt, or of tables, .csv.</summary>
    public string Reconstructions(string extension) => In($"reconstructions{extension}");

    /// <summary>The path of the checkpoint of the run in <paramref name="folder"/>.</summary>
    public static string CheckpointIn(string folder) => System.IO.Path.Combine(folder, "checkpoint.vae");

    /// <summary>The path of the configuration of the run in <paramref name="folder"/>, JSON.</summary>
    public static string ConfigurationIn(string folder) => System.IO.Path.Combine(folder, "configuration.json");

    /// <summary>The path of the metrics of each epoch of the run in <paramref name="folder"/>, CSV.</summary>
    public static string MetricsIn(string folder) => System.IO.Path.Combine(folder, "metrics.csv");

    /// <summary>
    /// Whether a process trains in <paramref name="folder"/>. The lock's file alone says nothing: a training that was killed leaves it.
    /// </summary>
    public static bool IsHeld(string folder)
    {
        try
        {
            using var free = File.OpenHandle(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>
    /// The path of the checkpoint whose model is that of the run in <paramref name="folder"/>: the best where it is kept, else the last.
    /// </summary>
    public static string ModelIn(string folder) =>
        System.IO.Path.Combine(folder, BestName) is var best && File.Exists(best) ? best : CheckpointIn(folder);

    /// <summary>Makes a new folder under <paramref name="parent"/>, named after the time: "2026-01-31-235959", "…-2" and so on.</summary>
    /// <exception cref="RunException">The folder cannot be made.</exception>
    public static RunFolder CreateFresh(string parent, DateTime now)
    {
        var name = now.ToString("yyyy-MM-dd-HHmmss", CultureInfo.InvariantCulture);
        for (var attempt = 1; ; attempt++)
        {
            var path = System.IO.Path.Combine(parent, attempt == 1 ? name : $"{name}-{attempt}");
            if (System.IO.Path.Exists(path))
                continue;
            try
            {
                return Create(path, overwrite: false);
            }
            catch (Exception e) when (e is RunTakenException or RunExistsException)
            {
                // A run that was started at the same time was quicker.
            }
        }
    }

    /// <summary>
    /// Opens <paramref name="path"/> for a new run and makes it if it is missing. Files of other names may be there, and the
    /// configuration of a run that was killed before it had saved anything.
    /// </summary>
    /// <exception cref="RunExistsException">The folder holds files of a run and <paramref name="overwrite"/> is false.</exception>
    /// <exception cref="RunTakenException">Another process trains in the folder.</exception>
    /// <exception cref="RunException">The folder cannot be made or written.</exception>
    public static RunFolder Create(string path, bool overwrite)
    {
        var folder = Open(path);
        string[] found = overwrite ? [] : Array.FindAll(folder.Files, File.Exists);
        if (found.Length == 0 || (found.Except(folder.Logs).ToArray() is [var only] && only == folder.Configuration
            && RunConfiguration.IsIn(only)))
            return folder;
        folder.Dispose();
        throw new RunExistsException(path, [.. found.Select(file => System.IO.Path.GetFileName(file))], found[^1] == folder.Checkpoint);
    }

    /// <summary>Opens the folder of a run that is to go on.</summary>
    /// <exception cref="RunException">There is no run, another process trains in the folder, or it cannot be written.</exception>
    public static RunFolder Resume(string path) => File.Exists(CheckpointIn(path))
        ? Open(path)
        : throw new RunException($"The folder \"{path}\" has no checkpoint to resume from; train without --resume first.");

    /// <summary>Removes what an earlier run left, so that the folder never holds parts of two runs.</summary>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    public void Clear()
    {
        foreach (var file in Files)
            File.Delete(file);
    }

    /// <summary>
    /// Replaces what is in the folder by a run at <paramref name="checkpoint"/>. Where that cannot be written, the folder is as it was.
    /// </summary>
    /// <exception cref="IOException">A file cannot be written or removed.</exception>
    internal void Put(Checkpoint checkpoint)
    {
        bool isNew = !File.Exists(Checkpoint);
        try
        {
            CheckpointFile.Write(Checkpoint, checkpoint);
            foreach (var file in Files.Where(file => file != Checkpoint))
                File.Delete(file);
            checkpoint.Header.Configuration.Write(Configuration);
            MetricsCsv.Write(Metrics, checkpoint.Header.History);
        }
        catch when (isNew)
        {
            Clear();
            throw;
        }
    }

    /// <summary>Checks whether files may be written in the folder; every write in it does so.</summary>
    /// <exception cref="RunException">
    /// The folder was removed, renamed or replaced since it was opened, or one of its files is a link that leads out of it.
    /// </exception>
    public void ThrowIfUnfit()
    {
        if (!IsHere)
        {
            throw new RunException(
                $"The run's folder \"{Path}\" was removed, renamed or replaced during the run, which ends; what was saved is where the "
                    + "folder went.");
        }
        foreach (string file in Files)
            ThrowIfLeadsOut(file);
    }

    /// <summary>Lets other processes train in the folder, and removes it if it was made here and nothing was put in.</summary>
    public void Dispose()
    {
        var isHere = IsHere;
        AtomicFile.Release(Path, ThrowIfUnfit);
        // Elsewhere an open file can be removed; what then has this name may be of another process.
        if (isHere && !OperatingSystem.IsWindows())
            File.Delete(In(LockName));
        held.Dispose();
        if (made && isHere && !Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(Path);
    }

    /// <summary>Whether the lock in the folder is the one that is held. Windows does not let go of a folder with an open file.</summary>
    private bool IsHere =>
        File.Exists(In(LockName)) && (OperatingSystem.IsWindows() || File.GetLastWriteTimeUtc(In(LockName)) == heldSince);

    private void ThrowIfLeadsOut(string file)
    {
        if (new FileInfo(file).LinkTarget is { } target && !RealPath.IsWithin(file, Path))
        {
            throw new RunException($"\"{file}\" is a link to \"{target}\", outside the run's folder, and is not written; remove the link.");
        }
    }

    private static RunFolder Open(string path)
    {
        try
        {
            var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
            var made = !Directory.Exists(full);
            Directory.CreateDirectory(full);
            var folder = new RunFolder(full, Hold(full), made);
            try
            {
                Array.ForEach(folder.Files, folder.ThrowIfLeadsOut);
                Array.ForEach(folder.Files, AtomicFile.RemoveLeftovers);
                return folder;
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new RunException($"The folder \"{path}\" cannot be used for a run: {e.Message}", e);
        }
    }

    /// <summary>The lock is the open file, not its presence: the system lets it go when a process dies.</summary>
    private static FileStream Hold(string folder)
    {
        // Whoever asks whether the folder is held holds it for a moment.
        for (var attempt = 0; attempt < Attempts && IsHeld(folder); attempt++)
            Thread.Sleep(Moment);
        var path = System.IO.Path.Combine(folder, LockName);
        if (new FileInfo(path).LinkTarget is not null)
            throw new IOException($"\"{path}\" is a link; remove it.");
        var options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, options);
        }
        catch (IOException e) when (File.Exists(path) && e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new RunTakenException($"Another vaegpu is training in \"{folder}\"; wait for it, or name another folder.", e);
        }
    }

    [GeneratedRegex(@"^checkpoint-epoch-[0-9]+\.vae(?=$|\.[0-9a-f]{32}\.tmp$)")]
    private static partial Regex EpochFile();

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
