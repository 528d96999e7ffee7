// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Processes;

/// <summary>What is known of a sandbox, on disk before anything of it runs. <paramref name="Starting"/> until it is whole.</summary>
internal sealed record SandboxRecord(
    string Id, PodSandboxSpec Spec, DateTimeOffset CreatedAt, string BootId, bool Namespaces, string Address, Dictionary<int, int> AssignedPorts, bool Stopped = false,
    bool Starting = false);

/// <summary>What is known of a container, on disk before anything of it runs. Holds the environment, so its file is private.</summary>
internal sealed record ContainerRecord(
    string Id, string SandboxId, string PodUid, ContainerSpec Spec, DateTimeOffset CreatedAt, bool OwnPidNamespace);

/// <summary>Said before the fork: this container was about to run, on this boot.</summary>
internal sealed record StartRecord(string BootId, DateTimeOffset At);

/// <summary>State files are replaced, never changed: after a kill -9 there is the old one or the new one.</summary>
internal static class StateFile
{
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        string draft = path + ".new";
        File.Delete(draft);
        using (var file = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            JsonSerializer.Serialize(file, value, type);
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Null when the file is not there or is not what it should be (a state directory that was cut short).</summary>
    public static T? TryRead<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, type);
        }
        catch (Exception fault) when (fault is IOException or JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(SandboxRecord))]
[JsonSerializable(typeof(ContainerRecord))]
[JsonSerializable(typeof(StartRecord))]
internal sealed partial class StateJson : JsonSerializerContext;
