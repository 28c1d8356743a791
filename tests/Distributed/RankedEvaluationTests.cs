using System.Text.Json;
using VaeGpu.Training.Distributed;
using VaeGpu.Training.Evaluation;

namespace VaeGpu.Tests.Distributed;

/// <summary>Evaluation whose batches several ranks share.</summary>
public sealed class RankedEvaluationTests
{
    [Test]
    public void The_number_of_ranks_changes_no_number_of_the_report()
    {
        // Three batches: of four ranks one has none.
        var data = RankedTraining.Data.Train.Select([.. Enumerable.Range(0, 600).Select(i => i % RankedTraining.Data.Train.Count)]);
        var configuration = RankedTraining.Configuration(new() { Epochs = 1 });
        float[] parameters = RankedTraining.Train(1, configuration)[0].Parameters;
        string[] reports = [.. new[] { 1, 2, 4 }.SelectMany(ranks => RankedTraining.Run(ranks, (communicator, backend) =>
        {
            var evaluator = new Evaluator(backend.Accelerator, configuration.Model, parameters);
            return JsonSerializer.Serialize(
                evaluator.Evaluate(data, samples: 30, seed: 3, null, default, ranks == 1 ? null : communicator),
                ReportJson.Default.EvaluationReport);
        }))];
        Assert.That(reports[1..], Is.All.EqualTo(reports[0]));
        Assert.That(reports[0], Does.Contain("\"pareto_k\": ").And.Not.Contain("null,\n  \"heavy"));
    }

    [Test]
    public void Ranks_with_other_parameters_are_refused()
    {
        var configuration = RankedTraining.Configuration(new() { Epochs = 1 });
        float[] parameters = RankedTraining.Train(1, configuration)[0].Parameters;
        Exception[] refused = RankedTraining.Run(2, (communicator, backend) =>
        {
            float[] own = [.. parameters];
            own[0] += communicator.Rank;
            var evaluator = new Evaluator(backend.Accelerator, configuration.Model, own);
            return (Exception)Assert.Catch<RanksDifferException>(
                () => evaluator.Evaluate(RankedTraining.Data.Test, samples: 1, seed: 3, null, default, communicator))!;
        });
        Assert.That(refused.Select(e => e.Message), Is.All.Contains("the hash of the parameters is"));
    }
}
