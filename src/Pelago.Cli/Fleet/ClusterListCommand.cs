// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Cli.Output;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Cli.Fleet;

/// <summary><c>pelago cluster list</c>: the clusters of the home and of the fleet, each asked now whether it answers.</summary>
internal static class ClusterListCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static Command Build()
    {
        Option<string> output = CommandOptions.Output("table", "json", "name");
        var command = new Command("list", "List the clusters of the home and of the fleet, and whether each answers").WithExamples("""
            pelago cluster list
            pelago cluster list -o json
            """);
        command.Options.Add(output);
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetValue(output) ?? "table", cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string output, CancellationToken cancel)
    {
        using var hub = FleetHub.Of(parsed);
        List<Task<Seen>> asked = [.. hub.Home.ClusterNames().Select(name => AskAsync(name, "home", () => FleetHub.Connect(hub.Home, name).Connection, cancel))];
        foreach (KubeObject cluster in await hub.ListAsync(cancel))
        {
            KubeObject? secret = await SecretAsync(hub, cluster, cancel);
            asked.Add(AskAsync(cluster.Name, "fleet", () => FleetDocuments.Connect(cluster, secret), cancel));
        }
        Seen[] all = await Task.WhenAll(asked);
        Print(all, output);
        foreach (Seen one in all.Where(one => one.Fault.Length > 0 && output != "json"))
            Console.Error.WriteLine($"pelago: {one.Fault}");
        return all.Any(one => one.Fault.Length > 0) ? ExitCode.Unreachable : ExitCode.Done;
    }

    private static async Task<KubeObject?> SecretAsync(FleetHub hub, KubeObject cluster, CancellationToken cancel)
    {
        if (cluster.Spec?.Object("credentials")?.String("secretName") is not { Length: > 0 } name)
            return null;
        ApiResult answer = await hub.Api.GetAsync(new ResourcePath(FleetApi.Secrets, FleetApi.Namespace, name), cancel);
        return answer.IsSuccess ? KubeObject.Parse(answer.Body) : null;
    }

    private static async Task<Seen> AskAsync(string name, string source, Func<ClusterConnection> connect, CancellationToken cancel)
    {
        string server = "";
        try
        {
            ClusterConnection connection = connect() with { Cluster = name };
            server = connection.Server.ToString().TrimEnd('/');
            using var api = new HttpKubeApi(connection, HttpKubeApiOptions.Default with { ConnectTimeout = Patience, RequestTimeout = Patience, MaxRetries = 0 }, TimeProvider.System);
            ApiResult answer = await api.GetRawAsync("/version", cancel);
            return answer.Error is { } error
                ? new Seen(name, source, server, "", $"cluster \"{name}\" at {server} refuses: {error.Message}")
                : new Seen(name, source, server, KubeJson.ParseObject(answer.Body).String("gitVersion") ?? "", "");
        }
        catch (Exception fault) when (fault is ClusterUnreachableException or KubeconfigException)
        {
            return new Seen(name, source, server, "", fault.Message);
        }
        catch (JsonException)
        {
            return new Seen(name, source, server, "", $"what answers at {server} is no API server");
        }
    }

    private static void Print(IReadOnlyList<Seen> all, string output)
    {
        switch (output)
        {
            case "json":
                Console.Out.WriteLine(new JsonObject { ["clusters"] = new JsonArray([.. all.Select(one => (JsonNode)one.ToJson())]) }.ToJsonString());
                return;
            case "name":
                foreach (Seen one in all)
                    Console.Out.WriteLine(one.Name);
                return;
        }
        var table = new TextTable("NAME", "SOURCE", "ANSWERS", "VERSION", "SERVER");
        foreach (Seen one in all)
            table.Add(one.Name, one.Source, one.Fault.Length > 0 ? "no" : "yes", one.Version.Length > 0 ? one.Version : "-", one.Server);
        table.WriteTo(Console.Out);
    }

    private sealed record Seen(string Name, string Source, string Server, string Version, string Fault)
    {
        public JsonObject ToJson() => new()
        {
            ["name"] = Name, ["source"] = Source, ["server"] = Server, ["answers"] = Fault.Length == 0, ["version"] = Version.Length > 0 ? Version : null, ["fault"] = Fault.Length > 0 ? Fault : null,
        };
    }
}
