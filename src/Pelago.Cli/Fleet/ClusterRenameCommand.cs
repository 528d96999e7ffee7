// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Cli.Completion;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Fleet;

/// <summary><c>pelago cluster rename</c></summary>
internal static class ClusterRenameCommand
{
    public static Command Build()
    {
        var before = new Argument<string>("name") { Description = "The cluster" };
        var after = new Argument<string>("new-name") { Description = "What the fleet calls it from now on" };
        var command = new Command("rename", "Give a cluster of the fleet another name").WithExamples("pelago cluster rename lab lab-berlin");
        command.Arguments.Add(before);
        command.Arguments.Add(after);
        RemoteNames.Offer(before, FleetHub.NamesAsync);
        command.SetAction(async (parsed, cancel) =>
        {
            using var hub = FleetHub.Of(parsed);
            KubeObject cluster = await hub.FindAsync(parsed.GetValue(before)!, cancel);
            string name = parsed.GetValue(after)!;
            await hub.RequireFreeAsync(name, cancel);

            // The new one is there before the old one goes: whatever ends this in between leaves a cluster too many, none too few.
            await hub.WriteAsync(Copy(cluster, name), await SecretAsync(hub, cluster, name, cancel), cancel);
            await hub.RemoveAsync(cluster.Name, cancel);
            Console.Error.WriteLine($"cluster {cluster.Name} is {name} now");
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Copy(KubeObject cluster, string name)
    {
        JsonObject spec = cluster.Spec!.DeepClone().AsObject();
        spec["credentials"] = new JsonObject { ["secretName"] = FleetApi.SecretOf(name) };
        return FleetDocuments.Cluster(name, spec);
    }

    private static async Task<JsonObject> SecretAsync(FleetHub hub, KubeObject cluster, string name, CancellationToken cancel)
    {
        string secret = cluster.Spec?.Object("credentials")?.String("secretName") ?? FleetApi.SecretOf(cluster.Name);
        ApiResult answer = await hub.Api.GetAsync(new ResourcePath(FleetApi.Secrets, FleetApi.Namespace, secret), cancel);
        JsonObject data = answer.Error is { IsNotFound: true } ? [] : KubeJson.ParseObject(answer.BodyOrThrow()).Object("data") ?? [];
        return FleetDocuments.Secret(name, data.DeepClone().AsObject());
    }
}
