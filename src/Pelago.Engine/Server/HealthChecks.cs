// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Microsoft.AspNetCore.Http;
using Pelago.Engine.Requests;

namespace Pelago.Engine.Server;

/// <summary>One named condition of being healthy; null when it holds, else why not.</summary>
internal sealed record HealthCheck(string Name, Func<string?> Probe, bool OnlyReady = false);

/// <summary><c>/healthz</c>, <c>/livez</c>, <c>/readyz</c>, each also with <c>?verbose</c>, <c>?exclude=NAME</c> and <c>/NAME</c> (apiserver pkg/server/healthz).</summary>
internal sealed class HealthChecks(IReadOnlyList<HealthCheck> checks)
{
    private const string TextType = "text/plain; charset=utf-8";

    public static bool IsHealthPath(string path) =>
        path.StartsWith("/healthz", StringComparison.Ordinal) || path.StartsWith("/livez", StringComparison.Ordinal)
        || path.StartsWith("/readyz", StringComparison.Ordinal);

    /// <summary>False when the path names no check.</summary>
    public async ValueTask<bool> TryHandleAsync(HttpContext http, string path, RequestQuery query, CancellationToken cancel)
    {
        string[] parts = path[1..].Split('/');
        HealthCheck[] asked = [.. checks.Where(check => parts[0] != "livez" || !check.OnlyReady)];
        if (parts.Length == 2)
        {
            if (asked.FirstOrDefault(check => check.Name == parts[1]) is not { } one)
                return false;
            string? why = one.Probe();
            await WriteAsync(http, why is null ? 200 : 500, why is null ? "ok" : $"internal server error: {why}\n", cancel);
            return true;
        }

        if (parts.Length > 2 || parts[0] is not ("healthz" or "livez" or "readyz"))
            return false;
        (string report, bool failed) = Report(asked, [.. query.All("exclude")], parts[0]);
        await WriteAsync(http, failed ? 500 : 200, failed || query["verbose"] is not null ? report : "ok", cancel);
        return true;
    }

    private static (string Report, bool Failed) Report(HealthCheck[] asked, HashSet<string> excluded, string name)
    {
        var report = new StringBuilder();
        bool failed = false;
        foreach (HealthCheck check in asked)
        {
            if (excluded.Contains(check.Name))
            {
                report.Append("[+]").Append(check.Name).Append(" excluded: ok\n");
                continue;
            }

            bool holds = check.Probe() is null;
            failed |= !holds;
            report.Append(holds ? "[+]" : "[-]").Append(check.Name).Append(holds ? " ok\n" : " failed: reason withheld\n");
        }

        report.Append(name).Append(failed ? " check failed\n" : " check passed\n");
        return (report.ToString(), failed);
    }

    private static Task WriteAsync(HttpContext http, int code, string text, CancellationToken cancel) =>
        ResponseWriter.WriteTextAsync(http, code, TextType, Encoding.UTF8.GetBytes(text), cancel);
}
