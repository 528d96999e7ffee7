// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text.Json.Nodes;
using Pelago.Cli.Chameleon;
using Pelago.Cli.Local;
using Pelago.Cli.Output;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Demo;

/// <summary><c>pelago demo busy</c>: a cluster that looks lived in: twenty kinds of software, hundreds of instances, calls between them. The same seed, the same life.</summary>
internal static class BusyCommand
{
    private const int PersonaCount = 20;
    private const int ServicePort = 8080;

    public static Command Build()
    {
        Option<string> output = CommandOptions.Output("table", "json");
        Option<bool> quiet = CommandOptions.Quiet();
        Option<int?> instances = CommandOptions.Number("--instances", "How many of each persona (default: 25)", "N", 1, 1000);
        Option<int?> seed = CommandOptions.Number("--seed", "The same seed, the same life (default: 1)", "N", 0, int.MaxValue);
        var command = new Command("busy", "Fill a cluster with chameleons: twenty personas, five hundred instances").WithExamples("""
            pelago demo busy
            pelago demo busy --instances 50 --seed 7
            kubectl -n demo logs deployment/kafka
            pelago down --purge                    when you have seen enough
            """);
        foreach (Option option in new Option[] { output, quiet, instances, seed })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) => RunAsync(
            CommandOptions.HomeOf(parsed), parsed.GetValue(instances) ?? 25, parsed.GetValue(seed) ?? 1, parsed.GetValue(output) ?? "table", parsed.GetValue(quiet), cancel));
        return command;
    }

    private static async Task<int> RunAsync(PelagoHome home, int instances, int seed, string output, bool quiet, CancellationToken cancel)
    {
        using var progress = new Progress(quiet);
        DaemonStart start = await DemoCommand.StartAsync(home, 1, progress, cancel);
        Persona[] personas = [.. Persona.All.Take(PersonaCount)];
        using var cluster = new DemoCluster(start.Record.Clusters[0], [.. personas.SelectMany(persona => Of(persona, personas, instances, seed))]);
        try
        {
            await cluster.ApplyAsync(cancel);
            IReadOnlyList<DemoRow> rows = await DemoCommand.SettleAsync([cluster], progress, cancel);
            progress.Clear();
            if (!rows.All(row => row.Settled))
                throw DemoCommand.Unsettled(rows);
            Print(personas, rows, instances, output);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            await DemoCommand.UndoAsync(start, [cluster], progress);
            throw;
        }
    }

    /// <summary>All instances of a persona live in one process: as many processes would want more memory than they are worth.</summary>
    private static IEnumerable<DemoWorkload> Of(Persona persona, Persona[] there, int instances, int seed)
    {
        string[] calls = [.. persona.Calls.Where(callee => there.Any(other => other.Name == callee)).SelectMany(callee => new[] { "--call", $"http://{callee}:{ServicePort}/" })];
        yield return DemoWorkloads.OfThisProgram(persona.Name, 1, 5, ["chameleon", "--persona", persona.Name, "--instances", $"{instances}", "--seed", $"{seed}", .. calls]);
        yield return DemoWorkloads.ServiceOf(persona.Name, ServicePort);
    }

    private static void Print(Persona[] personas, IReadOnlyList<DemoRow> rows, int instances, string output)
    {
        string AddressOf(Persona persona) => rows.First(row => row.Workload == $"service/{persona.Name}").Says;
        if (output == "json")
        {
            var list = new JsonArray([.. personas.Select(persona => (JsonNode)new JsonObject { ["persona"] = persona.Name, ["instances"] = instances, ["address"] = AddressOf(persona) })]);
            Console.Out.WriteLine(System.Text.Encoding.UTF8.GetString(KubeJson.ToUtf8(new JsonObject { ["instances"] = personas.Length * instances, ["personas"] = list })));
            return;
        }

        var table = new TextTable("PERSONA", "INSTANCES", "ADDRESS", "WHAT");
        foreach (Persona persona in personas)
            table.Add(persona.Name, $"{instances}", AddressOf(persona), persona.What);
        table.WriteTo(Console.Out);
        Console.Out.WriteLine($"\n{personas.Length * instances} instances; metrics at /metrics of each address, logs with kubectl -n {DemoWorkload.Namespace} logs deployment/NAME");
    }
}
