// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Puts a file into a container, by a shell there: beside its place first, then with its name, so that nobody sees half of it.</summary>
public static class TaskUpload
{
    // $1 the place, $2 the file's own name for a place that is a directory, $3 the length: not every protocol can say that the input has ended, $4 the
    // permissions, $5 whether the directories of the place are made. A slash at the end means a directory, as it does for cp. What is no file would be
    // gone, and a file in its place.
    private const string Script = """
        d=$1; case $5:$d in parents:*/*) p=${d%/*}; [ -z "$p" ] || mkdir -p "$p" || exit 1;; esac
        if [ -d "$d" ]; then d=${d%/}/$2; fi
        case $d in */) echo "$d is no directory" >&2; exit 1;; esac
        if [ -e "$d" ] && [ ! -f "$d" ]; then
          k='a device'; if [ -d "$d" ]; then k='a directory'; elif [ -p "$d" ]; then k='a pipe'; elif [ -S "$d" ]; then k='a socket'; fi
          echo "$d is $k, which a copy would take the place of: name another place, or remove it first" >&2; exit 1
        fi
        head -c "$3" >"$d.part~" && [ "$(wc -c <"$d.part~")" -eq "$3" ] && chmod "$4" "$d.part~" && mv -f "$d.part~" "$d" || { rm -f "$d.part~"; exit 1; }
        """;

    /// <summary>Null when it is there with all its bytes, else why it is not.</summary>
    /// <param name="api">The cluster.</param>
    /// <param name="place">The container.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="name">The file's own name.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="path">Where it goes: a name, or a directory that is there; with a slash at its end nothing but a directory.</param>
    /// <param name="makesParents">The directories of a name are made where they are missing.</param>
    /// <param name="cancel">Ends it; nothing is left then.</param>
    public static async Task<string?> PutAsync(
        HttpKubeApi api, TaskPlace place, Stream content, long length, string name, int mode, string path, bool makesParents, CancellationToken cancel) =>
        (await RunAsync(
            api, place,
            ["sh", "-c", Script, "cp", Word(path), name, length.ToString(CultureInfo.InvariantCulture), Convert.ToString(mode, 8), makesParents ? "parents" : ""], content, cancel)).Fault;

    /// <summary>Makes a directory and those that it is in, where they are missing. Null when it is there, else why it is not.</summary>
    public static async Task<string?> MakeDirectoryAsync(HttpKubeApi api, TaskPlace place, string path, CancellationToken cancel) =>
        (await RunAsync(api, place, ["mkdir", "-p", Word(path)], null, cancel)).Fault;

    /// <summary>Whether a directory is there, or a link to one.</summary>
    /// <exception cref="IOException">That cannot be asked.</exception>
    public static async Task<bool> IsDirectoryAsync(HttpKubeApi api, TaskPlace place, string path, CancellationToken cancel)
    {
        const int IsNone = 1;
        (int code, string? fault) = await RunAsync(api, place, ["sh", "-c", "[ -d \"$1\" ]", "cp", Word(path)], null, cancel);
        return fault is null || (code == IsNone ? false : throw new IOException(fault));
    }

    /// <summary>A path that no program takes for an option.</summary>
    private static string Word(string path) => path.Length == 0 ? "." : path[0] == '-' ? "./" + path : path;

    private static async Task<(int Code, string? Fault)> RunAsync(HttpKubeApi api, TaskPlace place, IReadOnlyList<string> command, Stream? content, CancellationToken cancel)
    {
        var request = new ExecRequest { Container = place.Container, Stdin = content is not null, Command = command };
        (ExecSession? session, ApiStatus? error) = await new PodStreams(api).ExecAsync(place.Namespace, place.Pod, request, cancel);
        if (session is null)
            return (-1, error!.Message);
        await using ExecSession running = session;
        using var errors = new MemoryStream();
        ExecOutcome outcome = await running.CopyAsync(content, null, errors, cancel);
        if (outcome is { ExitCode: 0, Error: null })
            return (0, null);
        string said = Encoding.UTF8.GetString(errors.ToArray()).Trim().ReplaceLineEndings("; ");
        return (outcome.ExitCode, said.Length > 0 ? said : outcome.Error?.Message ?? $"{command[0]} in the container ended with {outcome.ExitCode}");
    }
}
