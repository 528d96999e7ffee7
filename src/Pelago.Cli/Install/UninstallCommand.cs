// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Install;

/// <summary><c>pelago uninstall</c>: removes what <c>pelago install</c> applied, by its label and nothing else, also half of it.</summary>
internal static class UninstallCommand
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(300);

    public static Command Build()
    {
        var target = new InstallTarget();
        Option<int?> timeout = CommandOptions.Number("--timeout", "How many seconds to wait until all is gone; 0: do not wait (default: 300)", "SECONDS", 0, 86_400);
        Option<bool> quiet = CommandOptions.Quiet();
        var command = new Command("uninstall", "Remove Pelago from a real Kubernetes").WithExamples("""
            pelago uninstall --kubeconfig ~/.kube/config --context production
            """);
        target.AddTo(command);
        command.Options.Add(timeout);
        command.Options.Add(quiet);
        command.SetAction(async (parsed, cancel) =>
        {
            using HttpKubeApi cluster = target.Connect(parsed);
            using var progress = new Progress(parsed.GetValue(quiet));
            return await RunAsync(cluster, TimeSpan.FromSeconds(parsed.GetValue(timeout) ?? 300), parsed.GetValue(quiet), progress, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(HttpKubeApi cluster, TimeSpan timeout, bool quiet, Progress progress, CancellationToken cancel)
    {
        // The last first: an API whose server has gone would stand in the way of the namespace's end.
        var places = new Manifests("pelago", "/run/containerd/containerd.sock", NodeApi.AgentPort, packages: true).All.Reverse().Select(manifest => (manifest.Kind, Path: manifest.Path with { Name = "" })).Distinct();
        int removed = 0;
        foreach ((string kind, ResourcePath place) in places)
        {
            foreach (ResourcePath found in await FindAsync(cluster, place, cancel))
            {
                string what = found.Namespace.Length > 0 ? $"{kind} {found.Namespace}/{found.Name}" : $"{kind} {found.Name}";
                progress.Show($"removing {what}");
                if ((await cluster.DeleteAsync(found, new DeleteQuery { PropagationPolicy = "Background" }, cancel)).Error is { IsNotFound: false } refused)
                    throw new CliException($"cluster {cluster.Cluster} did not remove {what}: {refused.Message}. '{Invocation.Program} uninstall' again goes on");
                removed++;
                progress.Clear();
                if (!quiet)
                    Console.Out.WriteLine($"{what} removed");
            }
        }
        if (removed == 0)
        {
            Console.Error.WriteLine($"pelago: nothing of Pelago is installed on cluster {cluster.Cluster}");
            return ExitCode.NothingMatched;
        }
        if (timeout > TimeSpan.Zero)
            await WaitAsync(cluster, timeout, progress, cancel);
        return ExitCode.Done;
    }

    private static async Task<IReadOnlyList<ResourcePath>> FindAsync(HttpKubeApi cluster, ResourcePath place, CancellationToken cancel)
    {
        ApiResult answer = await cluster.ListAsync(place, new ListQuery { LabelSelector = $"{Manifests.Label}={Manifests.LabelValue}" }, cancel);
        if (answer.Error is { IsNotFound: true })
            return [];
        if (answer.Error is { Code: 401 or 403 } refused)
            throw new CliException($"cluster {cluster.Cluster} does not let these credentials look for what is installed: {refused.Message}. To take it away needs the rights of an administrator of the cluster (cluster-admin)");
        return [.. (KubeJson.ParseObject(answer.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>()
            .Where(item => item.Object("metadata")?.String("deletionTimestamp") is null).Select(item => place with { Name = item.Object("metadata")?.String("name") ?? "" })];
    }

    /// <summary>The namespace goes last, with its pods.</summary>
    private static async Task WaitAsync(HttpKubeApi cluster, TimeSpan timeout, Progress progress, CancellationToken cancel)
    {
        long start = TimeProvider.System.GetTimestamp();
        var path = new ResourcePath(new GroupVersionResource("", "v1", "namespaces"), "", NodeApi.Namespace);
        while (true)
        {
            ApiResult answer = await cluster.GetAsync(path, cancel);
            if (answer.Error is { IsNotFound: true })
                return;
            JsonObject found = KubeJson.ParseObject(answer.BodyOrThrow());
            if (found.Object("metadata")?.String("deletionTimestamp") is null)
                return; // somebody else's, or already made again
            if (TimeProvider.System.GetElapsedTime(start) > timeout)
                throw new CliException($"namespace {NodeApi.Namespace} of cluster {cluster.Cluster} was removed and is not gone after {timeout.TotalSeconds:0} s: 'kubectl get namespace {NodeApi.Namespace} -o yaml' says what it waits for");
            progress.Show($"waiting until namespace {NodeApi.Namespace} is gone");
            await Task.Delay(Between, cancel);
        }
    }
}
