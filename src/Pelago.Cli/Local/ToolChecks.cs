// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Local;

/// <summary>Programs beside Pelago: none is needed, each is of use.</summary>
internal static class ToolChecks
{
    public static async Task<IReadOnlyList<DoctorCheck>> AllAsync(CancellationToken cancel) => [await KubectlAsync(cancel), Compiler()];

    private static async Task<DoctorCheck> KubectlAsync(CancellationToken cancel)
    {
        if (OnPath("kubectl") is not { } kubectl)
            return DoctorCheck.Warn("kubectl", "not on PATH: clusters run without it, but most people talk to them with it", "see https://kubernetes.io/docs/tasks/tools/ (1.27 or newer)");
        string text;
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(kubectl, ["version", "--client", "-o", "json"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            text = await process.StandardOutput.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return DoctorCheck.Warn("kubectl", $"{kubectl} cannot be run: {e.Message}", "install a kubectl for this machine");
        }

        JsonNode? version = null;
        try
        {
            version = KubeJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(text))["clientVersion"]?["gitVersion"];
        }
        catch (System.Text.Json.JsonException)
        {
            // Something else by that name.
        }

        return version is null
            ? DoctorCheck.Warn("kubectl", $"{kubectl} does not say its version", "install a kubectl of 1.27 or newer")
            : DoctorCheck.Ok("kubectl", $"{version} at {kubectl}");
    }

    private static DoctorCheck Compiler() => (OnPath("clang") ?? OnPath("gcc")) is { } compiler
        ? DoctorCheck.Ok("compiler", $"{compiler}: ./pelago is built as native code")
        : DoctorCheck.Warn("compiler", "neither clang nor gcc: a pelago that is built here starts slower", "install clang or gcc and zlib's headers (Debian: apt-get install clang zlib1g-dev), then run ./pelago again") with { Packages = ["clang", "zlib1g-dev"] };

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
}
