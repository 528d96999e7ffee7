// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Chameleon;
using Pelago.Kube;
using Xunit;

namespace Pelago.Cli.Tests.Chameleon;

public class InstanceTests
{
    public static TheoryData<string> Names => [.. Persona.All.Select(persona => persona.Name)];

    [Fact]
    public void There_are_more_than_twenty_personas_and_whom_they_call_is_one_too()
    {
        Assert.True(Persona.All.Count >= 20);
        Assert.Equal(Persona.All.Count, Persona.All.DistinctBy(persona => persona.Name).Count());
        Assert.All(Persona.All.SelectMany(persona => persona.Calls), name => Persona.Of(name));
    }

    [Fact]
    public void The_package_offers_every_persona()
    {
        foreach (string config in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "our-packages/C/chameleon"), "config.json", SearchOption.AllDirectories))
        {
            JsonArray offered = KubeJson.ParseObject(File.ReadAllBytes(config)).Object("properties")!.Object("persona")!.Array("enum")!;
            Assert.Equal(Persona.All.Select(persona => persona.Name), offered.Select(name => (string?)name));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_is_the_same_life_and_another_one_is_not(string name)
    {
        Assert.Equal(Live(name, 7), Live(name, 7));
        Assert.NotEqual(Live(name, 7), Live(name, 8));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Traffic_latency_and_errors_are_about_those_of_the_persona(string name)
    {
        Persona persona = Persona.Of(name);
        var instance = new Instance(persona, 0, 1);
        var latencies = new List<double>();
        int failed = 0;
        for (int i = 0; i < 20_000; i++)
        {
            Request request = instance.Answer();
            latencies.Add(request.Seconds * 1000);
            failed += request.Code >= 500 ? 1 : 0;
        }

        latencies.Sort();
        Assert.InRange(latencies[10_000], persona.MedianMillis * 0.9, persona.MedianMillis * 1.1);
        Assert.InRange(latencies[19_800], persona.P99Millis * 0.7, persona.P99Millis * 1.4);
        Assert.InRange(failed / 20_000.0, (persona.Errors * 0.5) - 0.001, (persona.Errors * 1.5) + 0.001);
        double whole = Enumerable.Range(0, 1000).Average(i => instance.RateAt(i * persona.PeriodSeconds / 1000));
        Assert.InRange(whole, persona.Rate * 0.8, persona.Rate * 1.4);
    }

    [Fact]
    public void What_leaks_memory_falls_back_at_the_end()
    {
        var instance = new Instance(Persona.Of("leaky"), 0, 1);
        double[] memory = [.. Enumerable.Range(0, 900).Select(second => instance.MemoryAt(second))];

        Assert.Equal(1, memory.Zip(memory.Skip(1)).Count(pair => pair.Second < pair.First));
    }

    [Fact]
    public void Metrics_are_Prometheus_text_with_buckets_that_grow()
    {
        var instance = new Instance(Persona.Of("web"), 3, 1);
        instance.Step(0, 10, 0, _ => { });

        string[] page = GoldenSignals.Page([instance]).Split('\n');

        long[] buckets = [.. page.Where(line => line.StartsWith("http_request_duration_seconds_bucket", StringComparison.Ordinal)).Select(line => long.Parse(line.Split(' ')[1]))];
        Assert.Equal(buckets.Order(), buckets);
        Assert.Contains($"http_request_duration_seconds_count{{persona=\"web\",instance_name=\"web-3\"}} {instance.Signals.Requests}", page);
        Assert.Equal(4, page.Count(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)));
    }

    private static string Live(string name, int seed)
    {
        var instance = new Instance(Persona.Of(name), 2, seed);
        var lines = new List<string>();
        for (int second = 0; second < 60; second++)
            instance.Step(second, 1, 2, request => lines.Add(LogLine.Of(instance, request, DateTimeOffset.UnixEpoch)));
        return GoldenSignals.Page([instance]) + string.Join('\n', lines);
    }
}
