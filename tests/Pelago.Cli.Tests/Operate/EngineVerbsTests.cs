// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Images;
using Pelago.Kube;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>The verbs against two embedded clusters, which serve the API of tasks.</summary>
public sealed class EngineVerbsTests
{
    [Fact]
    public async Task A_cluster_is_asked_waited_for_and_told_to_end_things_as_a_machine_is()
    {
        await using var home = new LocalHome();
        JsonNode up = await home.JsonAsync("up", "--detach", "--port", "0", "--simulated", "--nodes", "2", "--clusters", "2");
        string first = (string)up["clusters"]![0]!["name"]!, second = (string)up["clusters"]![1]!["name"]!;
        await using var api = new TestApi((string)up["clusters"]![0]!["kubeconfig"]!);
        await api.ApplyAsync("apps/deployments", Document("""
            {"metadata":{"name":"web"},"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
             "spec":{"containers":[{"name":"app","image":"web:1","resources":{"requests":{"cpu":"100m","memory":"64Mi"}}}]}}}}
            """));
        await api.ApplyAsync("pods", Document("""{"metadata":{"name":"once"},"spec":{"restartPolicy":"Never","containers":[{"name":"app","image":"once:1"}]}}"""));

        ProgramResult waited = await home.RunAsync("wait", "once", "--timeout", "60s", "--all-clusters");
        Assert.Equal((0, $"{first}/default/once.app\tfinished\t0\n"), (waited.ExitCode, waited.Output));
        await api.GetAsync("/apis/apps/v1/namespaces/default/deployments/web", web => web["status"]?.AsObject().Integer("readyReplicas") == 3);

        JsonNode[] tasks = [.. Lines(await home.RunAsync("ps", "web", "-o", "jsonl", "--all-clusters")).Select(line => JsonNode.Parse(line)!)];
        Assert.Equal([(first, "Deployment/web", "running", 0.1m)], tasks.Select(task => ((string)task["cluster"]!, (string)task["owner"]!, (string)task["state"]!, (decimal)task["cpu"]!)).Distinct());
        Assert.Equal(3, tasks.Length);

        ProgramResult undecided = await home.RunAsync("ps");
        Assert.Equal(2, undecided.ExitCode);
        Assert.Equal(0, (await home.RunAsync("config", "cluster", first)).ExitCode);
        Assert.Equal(3, Lines(await home.RunAsync("ps", "-q")).Length);
        ProgramResult elsewhere = await home.RunAsync("ps", "--cluster", second);
        Assert.Equal((0, "there are no tasks\n"), (elsewhere.ExitCode, elsewhere.Error));

        string name = (string)tasks[0]["pod"]!;
        Assert.Equal([$"{name}.app"], Lines(await home.RunAsync("__complete", "--", "kill", name)));
        Assert.Equal([$"default/{name}\tkilled\tDeployment/web may start another one"], Lines(await home.RunAsync("kill", name)));
        Assert.Equal(2, (await home.RunAsync("kill", "web")).ExitCode);
        Assert.Equal(0, (await home.RunAsync("wait", $"{name}.app", "--for", "gone", "--timeout", "60s")).ExitCode);
        Assert.Equal(2, (int)JsonNode.Parse((await home.RunAsync("state")).Output)!["items"]![0]!["nodes"]!["ready"]!);
    }

    private static string[] Lines(ProgramResult result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static JsonObject Document(string json) => KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(json));
}
