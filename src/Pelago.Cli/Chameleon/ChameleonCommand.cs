// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;

namespace Pelago.Cli.Chameleon;

/// <summary><c>pelago chameleon</c>: a program that pretends to be others: their load, latency, errors, memory and logs, by a seed.</summary>
internal static class ChameleonCommand
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly Option<string> Name = new("--persona") { Description = "What to be", HelpName = "NAME", DefaultValueFactory = _ => "web" };
    private static readonly Option<int?> Instances = CommandOptions.Number("--instances", "How many of them in this process (default: 1)", "N", 1, 1000);
    private static readonly Option<int?> Seed = CommandOptions.Number("--seed", "The same seed, the same life (default: 1)", "N", 0, int.MaxValue);
    private static readonly Option<int?> Port = CommandOptions.Number("--port", "Where it answers HTTP; 0: nowhere (default: $PORT, else 8080)", "P", 0, 65535);
    private static readonly Option<int?> Lines = CommandOptions.Number("--log-lines", "At most so many lines of log in a second and instance, beside errors (default: 1)", "N", 0, 1000);
    private static readonly Option<string[]> Calls = new("--call") { Description = "The URL of another one that it calls; may be given several times", HelpName = "URL", DefaultValueFactory = _ => [] };
    private static readonly Option<int?> Life = CommandOptions.Number("--lifetime", "End after about so many seconds (default: never)", "SECONDS", 1, 10_000_000);
    private static readonly Option<int?> Failing = CommandOptions.Number("--fail-percent", "How many of 100 lives end with code 1 (default: 0)", "N", 0, 100);
    private static readonly Option<bool> List = new("--list") { Description = "The personas there are" };

    public static Command Build()
    {
        var command = new Command("chameleon", "Pretend to be another program: its load, latency, errors and logs").WithExamples("""
            pelago chameleon --list
            pelago chameleon --persona kafka --instances 25 --seed 7
            pelago chameleon --persona web --port 8080 --call http://api.demo:8080/
            curl localhost:8080/metrics
            """);
        Name.CompletionSources.Add(_ => Persona.All.Select(persona => new System.CommandLine.Completions.CompletionItem(persona.Name, detail: persona.What)));
        foreach (Option option in new Option[] { Name, Instances, Seed, Port, Lines, Calls, Life, Failing, List })
            command.Options.Add(option);
        command.SetAction((parsed, cancel) => parsed.GetValue(List) ? Task.FromResult(Print()) : RunAsync(parsed, TimeProvider.System, cancel));
        return command;
    }

    private static int Print()
    {
        var table = new Output.TextTable("PERSONA", "LOAD", "REQUESTS/S", "P50", "P99", "WHAT");
        foreach (Persona persona in Persona.All)
        {
            table.Add(
                persona.Name, persona.Shape.ToString(), persona.Rate.ToString(CultureInfo.InvariantCulture), $"{persona.MedianMillis.ToString(CultureInfo.InvariantCulture)} ms",
                $"{persona.P99Millis.ToString(CultureInfo.InvariantCulture)} ms", persona.What);
        }

        table.WriteTo(Console.Out);
        return ExitCode.Done;
    }

    private static async Task<int> RunAsync(ParseResult parsed, TimeProvider time, CancellationToken cancel)
    {
        Persona persona = Persona.Of(parsed.GetValue(Name)!);
        int seed = parsed.GetValue(Seed) ?? 1;
        Instance[] instances = [.. Enumerable.Range(0, parsed.GetValue(Instances) ?? 1).Select(number => new Instance(persona, number, seed))];
        var random = new Random(seed);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (parsed.GetValue(Life) is { } life)
            end.CancelAfter(TimeSpan.FromSeconds(Math.Min(-Math.Log(1 - random.NextDouble()) * life, life * 10.0)));
        int port = parsed.GetValue(Port) ?? (int.TryParse(Environment.GetEnvironmentVariable("PORT"), out int given) ? given : 8080);
        using var server = new ChameleonServer(instances, time);
        if (port > 0)
            server.Start(port);
        using var calls = new CallGraph([.. (parsed.GetValue(Calls) ?? []).Select(Address)], Math.Clamp(persona.Rate / 20, 0.2, 5), time);
        await Task.WhenAll(port > 0 ? server.ServeAsync(end.Token) : Task.CompletedTask, calls.RunAsync(end.Token), LiveAsync(instances, parsed.GetValue(Lines) ?? 1, time, end.Token));
        bool fails = !cancel.IsCancellationRequested && random.Next(100) < (parsed.GetValue(Failing) ?? 0);
        if (fails)
            Console.Error.WriteLine($"{persona.Name}: out of luck");
        return fails ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task LiveAsync(Instance[] instances, int lines, TimeProvider time, CancellationToken cancel)
    {
        long started = time.GetTimestamp();
        using var timer = new PeriodicTimer(Step, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                double seconds = time.GetElapsedTime(started).TotalSeconds;
                DateTimeOffset now = time.GetUtcNow();
                foreach (Instance instance in instances)
                    instance.Step(seconds, Step.TotalSeconds, lines, request => Console.Out.WriteLine(LogLine.Of(instance, request, now)));
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    private static Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
        ? address
        : throw new CliException($"--call {text}: must be an http URL", ExitCode.Usage);
}
