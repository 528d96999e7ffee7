// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// Where logs and files of containers are on the API server, so that their node can search and follow them:
/// <c>/apis/node.pelago.dev/v1alpha1/namespaces/NS/pods/POD/{log,proxy}/CONTAINER/WHAT</c>, with <c>log</c> for logs and <c>proxy</c> for files. The embedded engine serves it,
/// and the hub on a real Kubernetes. The names are those that API servers give no deadline.
/// </summary>
public static class TaskApi
{
    public const string Logs = "log";
    public const string Files = "proxy";
    private static readonly string[] OfLogs = ["feed", "grep"];
    private static readonly string[] OfFiles = ["read", "find", "du", "grep", "feed"];

    /// <summary>What is asked for on the API server: <paramref name="what"/> is feed or grep of logs; read, find, du, grep or feed of files.</summary>
    public static string Path(string ns, string pod, string subresource, string container, string what) =>
        $"/apis/{NodeApi.ApiVersion}/namespaces/{Uri.EscapeDataString(ns)}/pods/{Uri.EscapeDataString(pod)}/{subresource}/{Uri.EscapeDataString(container)}/{what}";

    /// <summary>The right to the pod that a user needs, as a subresource of pods and a verb: logs are read, files are as much as running commands.</summary>
    public static (string Subresource, string Verb) RightFor(string subresource) => subresource == Logs ? ("log", "get") : ("exec", "create");

    /// <summary>The path on the node's own API; null when there is no such thing. Names of other forms than Kubernetes has are none.</summary>
    /// <param name="subresource"><see cref="Logs"/> or <see cref="Files"/>.</param>
    /// <param name="ns">The namespace of the pod.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="rest">What follows the subresource: <c>/CONTAINER/WHAT</c>.</param>
    public static string? NodePath(string subresource, string ns, string pod, string rest)
    {
        string[] parts = rest.Split('/');
        if (parts is not ["", { Length: > 0 } container, var what] || !IsName(ns) || !IsName(pod) || !IsName(container))
            return null;
        return subresource switch
        {
            Logs when OfLogs.Contains(what) => $"/taskLogs/{ns}/{pod}/{container}/{what}",
            Files when OfFiles.Contains(what) => $"/taskFiles/{ns}/{pod}/{container}/{what}",
            _ => null,
        };
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 253 && text[0] != '.' && text.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");
}
