using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using NUnit.Framework;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace VaeGpu.Bench.Session;

/// <summary>Runs the tests with NUnit's own engine, where no test host is: a line for each failure, and the sums at the end.</summary>
internal static class TestRun
{
    /// <returns>0 where all passed, 1 where one failed, 2 where none was chosen.</returns>
    public static int Of(string? pattern)
    {
        var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
        runner.Load(typeof(VaeGpu.Tests.TestDevice).Assembly, new Dictionary<string, object>());
        var filter = pattern is null ? TestFilter.Empty : new NameFilter(new Regex(pattern));
        int chosen = runner.CountTestCases(filter);
        if (chosen == 0)
        {
            Console.Error.WriteLine($"error: no test is called like \"{pattern}\".");
            return 2;
        }
        Console.WriteLine($"{chosen} tests");
        var listener = new Listener();
        // Whoever runs out of time says so with this signal; what is known by then, and what hangs, must not be lost.
        using var stopped = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Console.WriteLine($"STOPPED {listener}"));
        ITestResult result = runner.Run(listener, filter);
        IEnumerable<ITestResult> without = Leaves(result).Where(leaf => leaf.ResultState.Status == TestStatus.Skipped);
        foreach (IGrouping<string, ITestResult> skipped in without.GroupBy(leaf => leaf.Message ?? ""))
            Console.WriteLine($"skipped {skipped.Count()}: {skipped.Key.Split('\n')[0]}");
        Console.WriteLine($"{result.PassCount} passed, {result.FailCount} failed, {result.SkipCount} skipped");
        return result.FailCount > 0 || result.ResultState.Status == TestStatus.Failed ? 1 : 0;
    }

    private static IEnumerable<ITestResult> Leaves(ITestResult result) =>
        result.HasChildren ? result.Children.SelectMany(Leaves) : [result];

    /// <summary>Tests by their full names; what holds such a test is taken with it.</summary>
    private sealed class NameFilter(Regex pattern) : TestFilter
    {
        public override bool Match(ITest test) => !test.IsSuite && pattern.IsMatch(test.FullName);

        public override bool Pass(ITest test, bool negated) => test.IsSuite ? test.Tests.Any(inner => Pass(inner, negated)) : Match(test);

        public override bool IsExplicitMatch(ITest test) => false;

        public override TNode AddToXml(TNode parentNode, bool recursive) => parentNode.AddElement("filter");
    }

    private sealed class Listener : ITestListener
    {
        private readonly ConcurrentDictionary<string, bool> running = [];
        private int ended, failed;

        public override string ToString() =>
            $"after {ended} tests, {failed} of which failed, while these ran: {string.Join(", ", running.Keys)}";

        public void TestStarted(ITest test)
        {
            if (!test.IsSuite)
                running[test.FullName] = true;
        }

        public void TestFinished(ITestResult result)
        {
            if (result.Test.IsSuite)
                return;
            running.TryRemove(result.Test.FullName, out _);
            Interlocked.Increment(ref ended);
            if (result.ResultState.Status != TestStatus.Failed)
                return;
            Interlocked.Increment(ref failed);
            Console.WriteLine($"FAILED {result.Test.FullName}\n    {string.Join("\n    ", (result.Message ?? "").Split('\n').Take(6))}");
        }

        public void TestOutput(TestOutput output) { }

        public void SendMessage(TestMessage message) { }
    }
}
