using System.CommandLine;
using VaeGpu.Host;
using VaeGpu.Host.Commands;
using VaeGpu.Tests.Data;
using VaeGpu.Tests.Distributed;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Runs;

namespace VaeGpu.Tests.Host;

/// <summary>"train" on several ranks of this process.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RankedRunTests
{
    private readonly ScratchFolder folder = new();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void The_first_rank_alone_talks_and_writes_and_another_number_of_ranks_goes_on()
    {
        Call[] two = Train(2, _ => ["--shards", "4", "--epochs", "1"]);
        Assert.That(two.Select(call => call.ExitCode), Is.All.EqualTo(ExitCode.Done), two[0].Error + two[1].Error);
        Assert.That(two[0].Output, Does.Contain("done: "));
        Assert.That(two[1].Output + two[1].Error, Is.Empty);
        Call[] four = Train(4, _ => ["train", "--resume", "--out", folder["run"], "--epochs", "2", "--device", "cpu", "--threads", "1"]);
        Assert.That(four.Select(call => call.ExitCode), Is.All.EqualTo(ExitCode.Done), four[0].Error + four[1].Error);
        float[] ranked = CheckpointFile.Read(RunFolder.CheckpointIn(folder["run"])).Parameters;
        Call alone = Call.Of(Call.Train(folder, "--shards", "4", "--epochs", "2", "--overwrite"));
        Assert.That(alone.ExitCode, Is.EqualTo(ExitCode.Done), alone.Error);
        Assert.That(ranked, Is.EqualTo(CheckpointFile.Read(RunFolder.CheckpointIn(folder["run"])).Parameters));
    }

    [Test]
    public void Ranks_that_differ_are_refused_once_and_an_older_run_stays()
    {
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(RunFolder.CheckpointIn(folder["run"]), "older");
        Call[] calls = Train(2, rank => ["--shards", "2", "--overwrite", "--lr", rank == 0 ? "0.001" : "0.002"]);
        Assert.Multiple(() =>
        {
            Assert.That(calls.Select(call => call.ExitCode), Is.All.EqualTo(ExitCode.Failed));
            Assert.That(calls[0].Error, Does.Contain("training.learningRate is 0.002 on rank 1 and 0.001 on rank 0"));
            Assert.That(calls[0].Output + calls[1].Output + calls[1].Error, Is.Empty);
            Assert.That(File.ReadAllText(RunFolder.CheckpointIn(folder["run"])), Is.EqualTo("older"));
        });
    }

    [Test]
    public void A_rank_that_fails_says_so_and_ends_the_others()
    {
        string data = Call.PutData(folder);
        Call[] calls = Train(2, rank => ["--shards", "2", "--data", rank == 0 ? data : folder["missing"]]);
        Assert.That(calls.Select(call => call.ExitCode), Is.All.EqualTo(ExitCode.Failed));
        Assert.That(calls[1].Error, Does.StartWith("error: rank 1: ").And.Contains("missing"));
        Assert.That(calls[0].Error, Does.StartWith("error: rank 1: "));
    }

    [Test]
    public void A_fault_of_communication_that_one_rank_alone_has_ends_all()
    {
        var codes = RankedTraining.Run(2, (communicator, _) =>
        {
            using StringWriter error = new();
            int code = RankedRun.Execute(communicator, new Terminal(error, error, Interactive: false), ranks =>
            {
                if (!ranks.IsFirst)
                    throw new CommunicationException("ncclSend failed.");
                communicator.Barrier();
                return ExitCode.Done;
            });
            return (code, error.ToString().Trim());
        });
        Assert.That(codes, Is.EqualTo(((int, string)[])
            [(ExitCode.Failed, "error: rank 1: ncclSend failed."), (ExitCode.Failed, "error: rank 1: ncclSend failed.")]));
    }

    [Test]
    public void Shards_that_are_not_a_power_of_two_are_refused()
    {
        Call call = Call.Of(Call.Train(folder, "--shards", "6"));
        Assert.That(call.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(call.Error, Does.Contain("--shards takes a power of two, 1, 2, 4, 8, …; not 6."));
    }

    /// <summary>Options that begin with "train" are a whole call; others are added to that of a small training.</summary>
    private Call[] Train(int ranks, Func<int, string[]> options)
    {
        // Each call writes the data, so all of them are made before the first rank reads it.
        string[][] calls =
            [.. Enumerable.Range(0, ranks).Select(options).Select(own => own[0] == "train" ? own : Call.Train(folder, own))];
        return RankedTraining.Run(ranks, (communicator, _) =>
        {
            using StringWriter output = new(), error = new();
            var root = new RootCommand { new TrainCommand(new Terminal(output, error, Interactive: false), default, () => communicator) };
            int code = root.Parse(calls[communicator.Rank]).Invoke(new InvocationConfiguration
            {
                Output = output, Error = error, EnableDefaultExceptionHandler = false,
            });
            return new Call(code, output.ToString(), error.ToString());
        });
    }
}
