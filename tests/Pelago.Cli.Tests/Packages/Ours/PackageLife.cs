// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Clusters;
using Pelago.Client;
using Pelago.Kube;
using Pelago.TestKit.Node;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>What happens to each package: installed in its first version, used, upgraded, used, taken back, used, removed, and nothing of it is left.</summary>
internal sealed class PackageLife(PackageBed bed, string name)
{
    private const string First = "1.0";
    private const string Core = "/api/v1";
    private const string Apps = "/apis/apps/v1";
    private static readonly TimeSpan UseLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GoneLimit = TimeSpan.FromSeconds(60);
    private readonly string _name = $"our-{name}";
    private readonly PackageClient? _client = PackageClient.All.GetValueOrDefault(name);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task RunAsync()
    {
        Assert.True(_client is not null, $"clients.yaml does not say how {name} is used");
        string missing = _client.Missing;
        Assert.SkipWhen(missing.Length > 0, $"not on this machine: {missing}");
        try
        {
            await HealthyAsync(1, "install", name, "--app-id", _name, "--package-version", First, "--repo", PackageBed.Packages, "--options", await OptionsAsync(), "--timeout", "240");
            bed.Note($"{name}: installed");
            await WriteAsync();
            await ReadAsync("after installing");
            await HealthyAsync(2, "upgrade", _name, "--repo", PackageBed.Packages);
            bed.Note($"{name}: upgraded");
            await ReadAsync("after the upgrade");
            await HealthyAsync(3, "rollback", _name);
            bed.Note($"{name}: taken back");
            await ReadAsync("after the way back");
            await TellsNothingAsync();
            await ChangeSecretAsync(3);
            await bed.PelagoAsync("package", "uninstall", _name, "--yes");
            await Eventually.GetAsync(LeftAsync, left => left.Length == 0, Cancel, GoneLimit);
            bed.Note($"{name}: gone");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{name}: {fault.Message}\n{await WordsAsync()}", fault);
        }
    }

    private async Task HealthyAsync(int revision, params string[] arguments)
    {
        JsonNode? printed = await bed.PelagoAsync(["package", .. arguments, "--yes"]);
        JsonNode installation = printed!["installations"]![0]!;
        Assert.Equal(("Healthy", revision), ((string?)installation["phase"], (int?)installation["revision"]));
    }

    private async Task<string> OptionsAsync()
    {
        string file = System.IO.Path.Combine(bed.Work(_name), "options.json");
        string text = _client!.Options.Replace("${ORIGIN}", bed.Origin, StringComparison.Ordinal)
            .Replace("${PROGRAM}", GivenCluster.HasImages ? "" : CliProcess.ProgramDirectory, StringComparison.Ordinal)
            .Replace("${DOTNET_ROOT}", GivenCluster.HasImages ? "" : Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? "", StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(file, text, Cancel);
        return file;
    }

    /// <summary>A password that it has is told neither by the installation nor by its history.</summary>
    private async Task TellsNothingAsync()
    {
        if (!_client!.Options.Contains("opens", StringComparison.Ordinal))
            return;
        ApiResult read = await bed.Api.GetRawAsync($"/apis/packages.pelago.dev/v1alpha1/namespaces/default/installations/{_name}", Cancel);
        string told = Encoding.UTF8.GetString(read.BodyOrThrow().Span) + (await bed.PelagoAsync("package", "history", _name))!.ToJsonString();
        Assert.DoesNotContain("\"opens\"", told, StringComparison.Ordinal);
    }

    /// <summary>Another password lets in, and the one of before does not; one that is taken away is asked for no more. What was kept is there.</summary>
    private async Task ChangeSecretAsync(int revision)
    {
        if (_client!.Secret is not { } option)
            return;
        foreach (string value in (string[])["closes", ""])
        {
            string file = System.IO.Path.Combine(bed.Work(_name), "secret.json");
            await System.IO.File.WriteAllTextAsync(file, new JsonObject { [option] = value }.ToJsonString(), Cancel);
            await HealthyAsync(++revision, "upgrade", _name, "--keep-version", "--options", file);
            bed.Note($"{name}: {option} {(value.Length > 0 ? "changed" : "taken away")}");
            await ReadAsync($"with {option} '{value}'", _client.Read.Replace("opens", value, StringComparison.Ordinal));
            if (value.Length > 0)
                Assert.DoesNotContain(_client.Expect, (await ScriptAsync(_client.Read)).Output, StringComparison.Ordinal);
        }
    }

    private async Task WriteAsync()
    {
        if (_client!.Write is { } script)
            await Eventually.GetAsync(() => ScriptAsync(script), result => result.ExitCode == 0, Cancel, UseLimit);
    }

    /// <summary>What is asked is asked again for a while: endpoints follow their pods by a moment.</summary>
    private async Task ReadAsync(string when, string? script = null)
    {
        try
        {
            await Eventually.GetAsync(() => ScriptAsync(script ?? _client!.Read), result => result.ExitCode == 0 && result.Output.Contains(_client!.Expect, StringComparison.Ordinal), Cancel, UseLimit);
        }
        catch (Xunit.Sdk.FailException fault)
        {
            throw new InvalidOperationException($"{when}: {fault.Message}", fault);
        }
    }

    private async Task<ProgramResult> ScriptAsync(string script)
    {
        if (await bed.AddressAsync(_name) is not { } place)
            return new ProgramResult(-1, "", $"service {_name} has no address");
        var environment = new Dictionary<string, string?> { ["HOST"] = place.Host, ["PORT"] = $"{place.Ports[0].Port}", ["ORIGIN"] = bed.Origin, ["WORK"] = bed.Work(_name) };
        foreach (string proxy in (string[])["http_proxy", "https_proxy", "all_proxy", "no_proxy", "ALL_PROXY", "NO_PROXY"])
            environment[proxy] = null; // the cluster is on this machine
        foreach (ServicePort port in place.Ports)
            environment[$"PORT_{port.Name.ToUpperInvariant().Replace('-', '_')}"] = $"{port.Port}";
        return await ProgramRun.RunAsync("bash", ["-euo", "pipefail", "-c", script], environment, UseLimit, Cancel);
    }

    /// <summary>Everything of the installation that is still there, its records, too.</summary>
    private async Task<string> LeftAsync()
    {
        var left = new List<string>();
        string installed = $"packages.pelago.dev/installation={_name}", made = $"app.kubernetes.io/instance={_name}", kept = $"packages.pelago.dev/record-of={_name}";
        foreach ((string group, string resource, string selector) in ((string, string, string)[])
            [
                (Core, "services", installed), (Core, "secrets", installed), (Core, "configmaps", installed), (Core, "persistentvolumeclaims", installed), (Apps, "deployments", installed),
                (Core, "pods", made), (Apps, "replicasets", made), (Core, "secrets", kept),
            ])
        {
            ApiResult list = await bed.Api.GetRawAsync($"{group}/namespaces/default/{resource}?labelSelector={Uri.EscapeDataString(selector)}", Cancel);
            left.AddRange((KubeJson.ParseObject(list.BodyOrThrow()).Array("items") ?? []).OfType<JsonObject>().Select(item => $"{resource} {new KubeObject(item).Name}"));
        }

        return string.Join(", ", left);
    }

    /// <summary>What its pods say, for whoever has to find out.</summary>
    private async Task<string> WordsAsync()
    {
        var words = new StringBuilder();
        ApiResult list = await bed.Api.GetRawAsync($"/api/v1/namespaces/default/pods?labelSelector={Uri.EscapeDataString($"app.kubernetes.io/instance={_name}")}", Cancel);
        foreach (JsonObject pod in list.Error is null ? (KubeJson.ParseObject(list.Body).Array("items") ?? []).OfType<JsonObject>() : [])
        {
            string podName = new KubeObject(pod).Name;
            ApiResult log = await bed.Api.RawAsync(System.Net.Http.HttpMethod.Get, $"/api/v1/namespaces/default/pods/{podName}/log?tailLines=30", "*/*", null, "application/json", Cancel);
            words.AppendLine($"{podName}: {pod.Object("status")?.Array("containerStatuses")?.ToJsonString()}").AppendLine(log.Error?.Message ?? Encoding.UTF8.GetString(log.Body.Span));
        }

        return words.ToString();
    }
}
