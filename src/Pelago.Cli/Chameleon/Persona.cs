// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pelago.Cli.Chameleon;

/// <summary>What a chameleon pretends to be; the rows of <c>personas.json</c>.</summary>
/// <param name="Rate">Requests in a second, in the mean.</param>
/// <param name="Swing">How far the rate goes up and down, as a part of it.</param>
/// <param name="Capacity">Requests in a second at which it is saturated, and slow.</param>
/// <param name="Errors">The part of requests that fail.</param>
/// <param name="Calls">Other personas that it asks for each request.</param>
internal sealed record Persona(
    string Name, string What, LoadShape Shape, double Rate, double Swing, double PeriodSeconds, double MedianMillis, double P99Millis, double Errors, LogStyle Log,
    IReadOnlyList<string> Calls, int MemoryMiB, double Capacity)
{
    public static IReadOnlyList<Persona> All { get; } = Read();

    public static Persona Of(string name) => All.FirstOrDefault(persona => persona.Name == name)
        ?? throw new CliException(
            $"no persona {name}; there are: {string.Join(", ", All.Select(persona => persona.Name))}{(Spelling.Nearest(name, All.Select(persona => persona.Name)) is { } guess ? $". Did you mean {guess}?" : "")}",
            ExitCode.Usage);

    private static Persona[] Read()
    {
        using Stream file = typeof(Persona).Assembly.GetManifestResourceStream("chameleon/personas.json")!;
        return JsonSerializer.Deserialize(file, PersonaJson.Default.PersonaArray)!;
    }
}

/// <summary>How the load of a persona goes over time.</summary>
internal enum LoadShape
{
    /// <summary>The same always.</summary>
    Flat,

    /// <summary>Day and night.</summary>
    Diurnal,

    /// <summary>Quiet, and now and then several times as much.</summary>
    Burst,

    /// <summary>Grows and falls back, as jobs that start together.</summary>
    Sawtooth,

    /// <summary>The same load, and memory that only grows until it falls back.</summary>
    Leak,
}

/// <summary>What its log looks like.</summary>
internal enum LogStyle
{
    Plain,
    Clf,
    Json,
    Logfmt,
    Syslog,
    Java,
    Python,
    Postgres,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Persona[]))]
internal sealed partial class PersonaJson : JsonSerializerContext;
