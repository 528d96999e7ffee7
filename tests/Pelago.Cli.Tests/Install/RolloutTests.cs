// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.AspNetCore.Http;
using Pelago.TestKit.Client;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Install;

/// <summary>What is said of an installation whose time is up.</summary>
public sealed class RolloutTests : IDisposable
{
    private const string Pods = """
        {"items":[
         {"metadata":{"name":"pelago-hub-1","labels":{"app.kubernetes.io/name":"pelago-hub"}},"spec":{"nodeName":"n1","containers":[{"image":"localhost/pelago:test"}]},
          "status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[{"state":{"running":{}}}]}},
         {"metadata":{"name":"pelago-node-1","labels":{"app.kubernetes.io/name":"pelago-node"}},"spec":{"nodeName":"n1","containers":[{"image":"localhost/pelago:test"}]},
          "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}},
         {"metadata":{"name":"pelago-node-2","labels":{"app.kubernetes.io/name":"pelago-node"}},"spec":{"nodeName":"n2","containers":[{"image":"localhost/pelago:test"}]},
          "status":{"phase":"Pending","containerStatuses":[{"state":{"waiting":{"reason":"ErrImagePull","message":"no such\nhost"}}}]}},
         {"metadata":{"name":"pelago-node-3","labels":{"app.kubernetes.io/name":"pelago-node"}},
          "spec":{"containers":[{"image":"localhost/pelago:test"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n3"]}]}]}}}},
          "status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"Insufficient memory."}]}},
         {"metadata":{"name":"pelago-node-5","labels":{"app.kubernetes.io/name":"pelago-node"}},"spec":{"nodeName":"n5","containers":[{"image":"localhost/pelago:test"}]},"status":{"phase":"Pending"}},
         {"metadata":{"name":"pelago-scheduler-1","labels":{"app.kubernetes.io/name":"pelago-scheduler"}},"spec":{"nodeName":"n1","containers":[{"image":"localhost/pelago:test"}]},
          "status":{"phase":"Running","conditions":[{"type":"Ready","status":"SCHEDULER-READY"}]}}
        ]}
        """;

    private const string Nodes = """
        {"items":[
         {"metadata":{"name":"n5"},"status":{"conditions":[{"type":"Ready","status":"Unknown","message":"Kubelet stopped posting node status."}]}},
         {"metadata":{"name":"n1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}},
         {"metadata":{"name":"n2"},"status":{"conditions":[{"type":"Ready","status":"True"}]}},
         {"metadata":{"name":"n3"},"status":{"conditions":[{"type":"Ready","status":"True"}]}},
         {"metadata":{"name":"n4"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}
        ]}
        """;

    private readonly TemporaryDirectory _directory = new();
    private int _readySchedulers = 1;
    private int _schedulers = 1;
    private string _holder = "pelago-scheduler-1";
    private bool _renews;
    private int _looks;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task When_the_time_is_up_every_node_without_an_agent_is_named_with_its_reason()
    {
        ProgramResult result = await InstallAsync("/api/v1/nodes");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            """
            pelago: Pelago was applied to cluster fake and was not ready within 1 s: the hub does not run yet; 1 of 5 agents are ready
              hub: pod pelago-hub-1 on node n1 runs and is not Ready: 'kubectl -n pelago-system logs pelago-hub-1' says why
              node n2: pod pelago-node-2 is not Ready: ErrImagePull (no such host)
              node n3: pod pelago-node-3 is not Ready: Unschedulable (Insufficient memory.)
              node n4: DaemonSet pelago-node has made no pod for it
              node n5 is not Ready itself (Kubelet stopped posting node status.): 'kubectl describe node n5' says more; pod pelago-node-5 is not taken up by its kubelet yet
            'kubectl -n pelago-system describe pods' and 'kubectl -n pelago-system get events' say more; 'pelago install' again waits on

            """,
            result.Error);
    }

    [Fact]
    public async Task Where_nodes_may_not_be_listed_the_rest_is_said()
    {
        ProgramResult result = await InstallAsync("/no/nodes");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("within 1 s: the hub does not run yet; 1 of 5 agents are ready\n'kubectl", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scheduler_that_is_not_ready_is_waited_for()
    {
        _readySchedulers = 0;

        ProgramResult result = await InstallAsync("/api/v1/nodes");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("within 1 s: the hub does not run yet; the scheduler does not run yet; 1 of 5 agents are ready\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("\n  scheduler: pod pelago-scheduler-1 on node n1 is not taken up by its kubelet yet\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false, true)]
    [InlineData("pelago-scheduler-0", false, true)]
    [InlineData("another-name", true, false)]
    public async Task The_lease_of_a_scheduler_that_is_no_more_does_not_count(string holder, bool renews, bool isWaitedFor)
    {
        (_holder, _renews) = (holder, renews);

        // That a holder renews is seen by a second look, and the first one may take long.
        ProgramResult result = await InstallAsync("/api/v1/nodes", seconds: renews ? 4 : 1);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(isWaitedFor, result.Error.Contains("; no scheduler that runs has taken the Lease pelago-scheduler yet; ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_that_made_too_few_pods_is_named_and_one_that_is_to_have_none_is_not()
    {
        _schedulers = 2;
        ProgramResult few = await InstallAsync("/api/v1/nodes");
        (_schedulers, _readySchedulers) = (0, 0);
        ProgramResult none = await InstallAsync("/api/v1/nodes");

        Assert.Contains("scheduler: Deployment pelago-scheduler has made 1 of 2 pods: 'kubectl", few.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("scheduler", none.Error, StringComparison.Ordinal);
    }

    private async Task<ProgramResult> InstallAsync(string nodes, int seconds = 1)
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync(http => AnswerAsync(http, nodes), tls: false, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_directory["kubeconfig"], server.ToKubeconfig(), TestContext.Current.CancellationToken);
        return await CliProcess.RunAsync(_directory["home"], "install", "--image", "localhost/pelago:test", "--timeout", $"{seconds}", "--kubeconfig", _directory["kubeconfig"]);
    }

    private Task AnswerAsync(HttpContext http, string nodes)
    {
        string path = http.Request.Path.Value!;
        http.Response.ContentType = "application/json";
        string? answer = path switch
        {
            _ when http.Request.Method == "PATCH" => "{}",
            _ when path.EndsWith("/deployments/pelago-hub", StringComparison.Ordinal) => """{"metadata":{"generation":1},"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1}}""",
            _ when path.EndsWith("/deployments/pelago-scheduler", StringComparison.Ordinal) =>
                $$$"""{"metadata":{"generation":1},"spec":{"replicas":{{{_schedulers}}}},"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":{{{_readySchedulers}}}}}""",
            _ when path.EndsWith("/leases/pelago-scheduler", StringComparison.Ordinal) =>
                $$$"""{"spec":{"holderIdentity":"{{{_holder}}}","renewTime":"2026-01-01T00:00:{{{(_renews ? ++_looks : 0):00}}}.000000Z"}}""",
            _ when path.EndsWith("/daemonsets/pelago-node", StringComparison.Ordinal) =>
                """{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":5,"updatedNumberScheduled":5,"numberReady":1}}""",
            _ when path.Contains("/apiservices/v1alpha1.", StringComparison.Ordinal) => """{"status":{"conditions":[{"type":"Available","status":"True"}]}}""",
            _ when path.EndsWith("/pods", StringComparison.Ordinal) => Pods.Replace("SCHEDULER-READY", _readySchedulers > 0 ? "True" : "False", StringComparison.Ordinal),
            _ when path == nodes => Nodes,
            _ => null,
        };
        http.Response.StatusCode = answer is null ? 403 : 200;
        return http.Response.WriteAsync(answer ?? """{"kind":"Status","code":403,"reason":"Forbidden","message":"no"}""", http.RequestAborted);
    }
}
