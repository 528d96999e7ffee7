// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pelago.Node.Simulation;

/// <summary>What a cluster's simulated nodes are and what their containers do: the file <c>simulation.json</c>, or these defaults.</summary>
internal sealed record SimulationOptions
{
    // By reflection: generated readers set init properties that the file leaves out to null.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
    };

    public ulong Seed { get; init; } = 1;
    public SimulatedMachine Node { get; init; } = new();
    public SimulatedStages Stages { get; init; } = new();

    /// <summary>How long a container runs that must end for its pod to get on: of an init container, or of a pod that is not always restarted.</summary>
    public SecondsRange TaskSeconds { get; init; } = 1;

    /// <summary>Whether nodes write events of what goes well (Created, Started, Killing), too: several more objects for each pod.</summary>
    public bool NormalEvents { get; init; }

    /// <exception cref="InvalidDataException">The file says something that is not understood.</exception>
    public static SimulationOptions Read(string file)
    {
        if (!File.Exists(file))
            return new SimulationOptions();
        try
        {
            return JsonSerializer.Deserialize<SimulationOptions>(File.ReadAllBytes(file), Json) ?? throw new JsonException("it is empty");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{file} cannot be used: {fault.Message}; correct it, or remove it to simulate with the defaults", fault);
        }
    }
}

/// <summary>What each simulated node has for pods, as Kubernetes quantities.</summary>
internal sealed record SimulatedMachine
{
    public string Cpu { get; init; } = "32";
    public string Memory { get; init; } = "256Gi";
    public string EphemeralStorage { get; init; } = "1Ti";
    public int Pods { get; init; } = 110;
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
