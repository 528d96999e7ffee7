// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli;

/// <summary>What a user need not say each time: defaults of options, kept in <c>cli.json</c> of the home. An option on the line wins.</summary>
internal sealed class CliSettings
{
    private readonly string _file;
    private readonly JsonObject _values;

    private CliSettings(string file, JsonObject values) => (_file, _values) = (file, values);

    /// <summary>The keys that there are, and what each stands for.</summary>
    public static IReadOnlyDictionary<string, string> Keys { get; } = new Dictionary<string, string>
    {
        ["cluster"] = "--cluster, where a home has several", ["namespace"] = "--namespace of commands about tasks",
        ["limit"] = "--limit of ps", ["sort"] = "--sort of ps", ["columns"] = "--columns of ps",
    };

    public string? this[string key] => _values.String(key);

    public static CliSettings Of(PelagoHome home)
    {
        string file = Path.Combine(home.Root, "cli.json");
        try
        {
            return new CliSettings(file, File.Exists(file) ? KubeJson.ParseObject(File.ReadAllBytes(file)) : new JsonObject());
        }
        catch (JsonException fault)
        {
            throw new CliException($"{file} cannot be read: {fault.Message}. Mend it or remove it; '{Invocation.Of(home)} config KEY VALUE' writes it", ExitCode.Usage);
        }
    }

    /// <summary>Replaces the file as a whole; an empty value takes the key away.</summary>
    public void Set(string key, string value)
    {
        _values.Remove(key);
        if (value.Length > 0)
            _values[key] = value;
        AtomicFile.Write(_file, KubeJson.ToUtf8(_values));
    }
}
