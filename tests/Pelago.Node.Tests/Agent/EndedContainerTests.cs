// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Agent;

public sealed class EndedContainerTests : AgentFixture
{
    private readonly Recorder _recorder = new();

    protected override NodeOptions Options => base.Options with { Runs = _recorder };

    [Fact]
    public async Task A_container_is_told_with_its_log_before_anything_of_it_goes()
    {
        JsonObject pod = ApplyScript("short", "echo one line; exit 3", "  restartPolicy: Never");
        await PhaseAsync("short", "Failed");
        await DeleteAsync("short", grace: 0);
        await Eventually.TrueAsync(() => !Directory.Exists(Home[$"pods/{pod.Object("metadata")!.String("uid")}"]), Cancel);

        (EndedContainer ended, string log) = Assert.Single(_recorder.Told("short"));
        Assert.Equal(("node-1", "main", 0, 3, "one line"), (ended.Node, ended.Status.Name, ended.Status.Attempt, ended.Status.ExitCode, log));
        Assert.False(ended.IsLogCut);
    }

    [Fact]
    public async Task Every_attempt_is_told_though_only_two_are_kept()
    {
        ApplyScript("again", "echo attempt; exit 1");
        await Eventually.TrueAsync(() => _recorder.Told("again").Select(told => told.Ended.Status.Attempt).Distinct().Count() >= 2, Cancel);

        Assert.All(_recorder.Told("again"), told => Assert.StartsWith("attempt", told.Log));
    }

    [Fact]
    public async Task A_pod_that_was_deleted_while_no_agent_ran_is_told_by_the_next_one()
    {
        JsonObject pod = ApplyScript("left", "echo still here; exec sleep 1000");
        await PhaseAsync("left", "Running");
        await Eventually.TrueAsync(() => Log(pod).Contains("still here", StringComparison.Ordinal), Cancel); // its first command comes a moment after its start
        await StopAgentAsync();
        await DeleteAsync("left", grace: 0);

        await StartAgentAsync();
        await Eventually.TrueAsync(() => _recorder.Told("left").Any(), Cancel);

        // A shell may add in its own words how it was ended.
        Assert.StartsWith("still here", _recorder.Told("left").First().Log);
    }

    /// <summary>Reads the log in the moment in which it is told.</summary>
    private sealed class Recorder : IRunRecorder
    {
        private readonly ConcurrentQueue<(EndedContainer Ended, string Log)> _told = new();

        public IEnumerable<(EndedContainer Ended, string Log)> Told(string pod) => _told.Where(told => told.Ended.Pod.Metadata.Name == pod);

        public Task RecordAsync(EndedContainer ended, CancellationToken cancel)
        {
            _told.Enqueue((ended, string.Concat(ended.LogFiles.Where(File.Exists).Select(Processes.LogText.Of)).Trim()));
            return Task.CompletedTask;
        }
    }
}
