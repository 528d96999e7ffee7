// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Puts a file into a container, by a shell there: beside its place first, then with its name, so that nobody sees half of it.</summary>
public static class TaskUpload
{
    // $1 the place, $2 the file's own name for a place that is a directory, $3 the length: not every protocol can say that the input has ended.
    private const string Script = """
        d=$1; if [ -d "$d" ]; then d=${d%/}/$2; fi
        head -c "$3" >"$d.part~" && [ "$(wc -c <"$d.part~")" -eq "$3" ] && chmod "$4" "$d.part~" && mv -f "$d.part~" "$d" || { rm -f "$d.part~"; exit 1; }
        """;

    /// <summary>Null when it is there with all its bytes, else why it is not.</summary>
    /// <param name="api">The cluster.</param>
    /// <param name="place">The container.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="length">How many.</param>
    /// <param name="name">The file's own name.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="path">Where it goes: a name, or a directory that is there.</param>
    /// <param name="cancel">Ends it; nothing is left then.</param>
    public static async Task<string?> PutAsync(
        HttpKubeApi api, TaskPlace place, Stream content, long length, string name, int mode, string path, CancellationToken cancel)
    {
        string at = path.Length == 0 ? "." : path[0] == '-' ? "./" + path : path;
        var request = new ExecRequest
        {
            Container = place.Container, Stdin = true,
            Command = ["sh", "-c", Script, "cp", at, name, length.ToString(CultureInfo.InvariantCulture), Convert.ToString(mode, 8)],
        };
        (ExecSession? session, ApiStatus? error) = await new PodStreams(api).ExecAsync(place.Namespace, place.Pod, request, cancel);
        if (session is null)
            return error!.Message;
        await using ExecSession running = session;
        using var errors = new MemoryStream();
        ExecOutcome outcome = await running.CopyAsync(content, null, errors, cancel);
        if (outcome is { ExitCode: 0, Error: null })
            return null;
        string said = Encoding.UTF8.GetString(errors.ToArray()).Trim().ReplaceLineEndings("; ");
        return said.Length > 0 ? said : outcome.Error?.Message ?? $"the shell in the container ended with {outcome.ExitCode}";
    }
}
