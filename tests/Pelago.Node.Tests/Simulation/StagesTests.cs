// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Simulation;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Simulation;

public sealed class StagesTests
{
    [Fact]
    public void The_same_seed_gives_the_same_fates_and_another_seed_others()
    {
        var stages = new SimulatedStages { StartSeconds = new SecondsRange(0, 100), RunSeconds = new SecondsRange(0, 100), FailureRate = 0.5 };
        static string Name(int i) => $"default/web-{i}/main/0";

        List<Fate> first = [.. Enumerable.Range(0, 50).Select(i => Fate.Of(stages, 7, Name(i)))];
        List<Fate> again = [.. Enumerable.Range(0, 50).Select(i => Fate.Of(stages, 7, Name(i)))];
        List<Fate> other = [.. Enumerable.Range(0, 50).Select(i => Fate.Of(stages, 8, Name(i)))];

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal(50, first.Select(fate => fate.StartsAfter).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    [InlineData(1)]
    public void The_failure_rate_is_the_share_of_attempts_that_crash(double rate)
    {
        var stages = new SimulatedStages { FailureRate = rate, CrashSeconds = 3, CrashExitCode = 9 };

        List<Fate> fates = [.. Enumerable.Range(0, 5000).Select(i => Fate.Of(stages, 1, $"ns/pod-{i}/main/0"))];

        double crashed = fates.Count(fate => fate.ExitCode == 9 && fate.EndsAfter == TimeSpan.FromSeconds(3)) / 5000.0;
        Assert.InRange(crashed, rate - 0.03, rate + 0.03);
        Assert.All(fates.Where(fate => fate.ExitCode == 0), fate => Assert.Null(fate.EndsAfter));
    }

    [Fact]
    public void Annotations_replace_what_the_cluster_says()
    {
        var annotations = new Dictionary<string, string>
        {
            ["simulation.pelago.dev/run-seconds"] = "2-4", ["simulation.pelago.dev/start-seconds"] = "0.5", ["simulation.pelago.dev/ready-seconds"] = "6",
            ["simulation.pelago.dev/exit-code"] = "3", ["simulation.pelago.dev/failure-rate"] = "0.25", ["simulation.pelago.dev/crash-seconds"] = "8",
            ["simulation.pelago.dev/crash-exit-code"] = "70", ["simulation.pelago.dev/stop-seconds"] = "1", ["other.example.com/run-seconds"] = "99",
        };
        var ignored = new List<string>();

        SimulatedStages stages = StageAnnotations.Apply(new SimulatedStages { RunSeconds = 50, MemoryMiB = 5 }, annotations, ignored.Add);

        Assert.Empty(ignored);
        Assert.Equal(
            new SimulatedStages
            {
                StartSeconds = 0.5, ReadySeconds = 6, RunSeconds = new SecondsRange(2, 4), ExitCode = 3, FailureRate = 0.25, CrashSeconds = 8,
                CrashExitCode = 70, StopSeconds = 1, MemoryMiB = 5,
            },
            stages);
        annotations["simulation.pelago.dev/run-seconds"] = "forever";
        Assert.Null(StageAnnotations.Apply(stages, annotations, ignored.Add).RunSeconds);
    }

    [Theory]
    [InlineData("run-seconds", "-1")]
    [InlineData("run-seconds", "5-2")]
    [InlineData("run-seconds", "NaN")]
    [InlineData("run-seconds", "1e300")]
    [InlineData("run-seconds", "99999999999")]
    [InlineData("failure-rate", "1.5")]
    [InlineData("exit-code", "256")]
    [InlineData("no-such-stage", "1")]
    public void An_annotation_that_says_nothing_is_ignored_and_named(string name, string value)
    {
        var ignored = new List<string>();

        SimulatedStages stages = StageAnnotations.Apply(new SimulatedStages(), new Dictionary<string, string> { [StageAnnotations.Prefix + name] = value }, ignored.Add);

        Assert.Equal(new SimulatedStages(), stages);
        Assert.Contains($"{name}: \"{value}\"", Assert.Single(ignored), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_says_what_nodes_are_and_what_containers_do()
    {
        using var home = new TemporaryDirectory();
        File.WriteAllText(home["simulation.json"], """
            { // a small fleet
              "seed": 42, "node": { "cpu": "4", "pods": 20 }, "stages": { "startSeconds": "0.1-0.4", "readySeconds": 2 } }
            """);

        SimulationOptions options = SimulationOptions.Read(home["simulation.json"]);

        Assert.Equal((42UL, "4", 20, "256Gi"), (options.Seed, options.Node.Cpu, options.Node.Pods, options.Node.Memory));
        Assert.Equal(new SimulatedStages { StartSeconds = new SecondsRange(0.1, 0.4), ReadySeconds = 2 }, options.Stages);
        Assert.Equal(new SimulationOptions().Seed, SimulationOptions.Read(home["absent.json"]).Seed);
    }

    [Theory]
    [InlineData("{\"seeed\": 1}")]
    [InlineData("{\"stages\": {\"runSeconds\": \"soon\"}}")]
    [InlineData("{\"stages\":")]
    public void A_file_that_cannot_be_understood_says_which_and_what_to_do(string text)
    {
        using var home = new TemporaryDirectory();
        File.WriteAllText(home["simulation.json"], text);

        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => SimulationOptions.Read(home["simulation.json"]));

        Assert.StartsWith(home["simulation.json"], fault.Message, StringComparison.Ordinal);
        Assert.Contains("remove it", fault.Message, StringComparison.Ordinal);
    }
}
