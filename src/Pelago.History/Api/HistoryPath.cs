// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.History.Api;

/// <summary>
/// What a path below history's group and version asks for, as <c>namespaces/NS/runs/NAME/log</c>, <c>runs</c> or <c>days/2026-11-29</c>, where no API server has
/// read it.
/// </summary>
public static class HistoryPath
{
    /// <summary>Null: it is no such path, or a method that is none of GET, POST and DELETE.</summary>
    /// <param name="method">Of HTTP.</param>
    /// <param name="path">As it came: what is escaped in it is still so.</param>
    public static HistoryRequest? Read(string method, string path)
    {
        string[] parts = [.. path.Split('/').Select(Uri.UnescapeDataString)];
        (string ns, string[] rest) = parts is ["namespaces", { Length: > 0 } name, ..] ? (name, parts[2..]) : ("", parts);
        if (rest is not ({ Length: >= 1 and <= 3 }) || parts.Any(part => part.Length == 0 || part.Contains('/', StringComparison.Ordinal)))
            return null;
        string verb = method switch
        {
            "GET" => rest.Length == 1 ? "list" : "get",
            "POST" => "create",
            "DELETE" => "delete",
            _ => "",
        };
        return verb.Length == 0 ? null : new HistoryRequest(verb, ns, rest[0], rest.ElementAtOrDefault(1) ?? "", rest.ElementAtOrDefault(2) ?? "");
    }

    /// <summary>The path of a run, or of what is below it.</summary>
    internal static string Of(RunRecord run, string subresource = "")
    {
        string path = $"namespaces/{Uri.EscapeDataString(run.Namespace)}/{HistoryApi.Runs}/{Uri.EscapeDataString(run.Name)}";
        return subresource.Length > 0 ? $"{path}/{subresource}" : path;
    }
}
