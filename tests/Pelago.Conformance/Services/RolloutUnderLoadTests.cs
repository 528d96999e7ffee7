// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text.RegularExpressions;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Services;

/// <summary>The way to a website that people know: nginx with its configuration in a ConfigMap, behind a Service, changed while it is being used.</summary>
public sealed partial class RolloutUnderLoadTests(TestCluster cluster) : ServiceTest(cluster)
{
    private const string Programs = "/usr/sbin/nginx and /usr/bin/wrk are not installed (eng/prerequisites installs them)";
    private Process? _load;

    public override async ValueTask DisposeAsync()
    {
        _load?.Kill();
        _load?.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Rollout_of_a_changed_configuration_drops_no_request()
    {
        AskedFromTheHost();
        WithNamespacesOfTheirOwn();
        Assert.SkipUnless(File.Exists("/usr/sbin/nginx") && File.Exists("/usr/bin/wrk"), Programs);
        await ApplyAsync(Website("one"));
        await ReadyAsync("site");
        string url = $"http://{await FieldAsync("service/site", ".spec.clusterIP")}/";
        await AnsweringAsync(url);
        string[] before = await PodsAsync("site");
        await AnswerAllAsync(url, [.. before.Select(pod => $"one {pod}")], 9);

        StartLoad(url);
        await ApplyAsync(Website("two"));
        await ReadyAsync("site");
        await Until(async () => !(await PodsAsync("site")).Intersect(before).Any(), "the old pods are gone");
        string report = await EndLoadAsync();

        string[] after = await PodsAsync("site");
        Assert.Equal(after.Select(pod => $"two {pod}").Order(), (await AskAsync(url, 9)).Distinct().Order());
        Assert.DoesNotContain("Socket errors", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Non-2xx", report, StringComparison.Ordinal);
        Match requests = Requests().Match(report);
        Assert.True(requests.Success && int.Parse(requests.Groups[1].Value) > 50, report);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
    }

    /// <summary>Two clients, each request over a connection of its own: a kept one would stay with its pod, as it does behind any Service.</summary>
    private void StartLoad(string url)
    {
        string[] arguments = ["-t1", "-c2", "-d120s", "--timeout", "20s", "-H", "Connection: close", url];
        _load = Process.Start(new ProcessStartInfo("/usr/bin/wrk", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
    }

    private async Task<string> EndLoadAsync()
    {
        Task<string> report = _load!.StandardOutput.ReadToEndAsync(Cancel);
        await RunAsync("kill", "-INT", $"{_load.Id}");
        await _load.WaitForExitAsync(Cancel);
        return await report;
    }

    private string[] Website(string version) =>
    [
        $$$"""
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"site-{{{version}}}"},"data":{"nginx.conf":
         "daemon off; error_log stderr; pid /tmp/nginx.pid; worker_processes 1; events { } http { access_log off; server { listen 80; return 200 \"{{{version}}} $hostname\\n\"; } }"} }
        """,
        $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"site"},
         "spec":{"replicas":3,"selector":{"matchLabels":{"app":"site"} },"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":1} },
          "template":{"metadata":{"labels":{"app":"site"} },"spec":{"terminationGracePeriodSeconds":20,"tolerations":{{{Staying}}},
           "containers":[{"name":"nginx","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","command":["/usr/sbin/nginx","-c","/etc/site/nginx.conf"],"ports":[{"name":"http","containerPort":80}],
            "readinessProbe":{"httpGet":{"path":"/","port":"http"},"periodSeconds":1},
            "lifecycle":{"preStop":{"exec":{"command":["sleep","3"]} } },
            "volumeMounts":[{"name":"config","mountPath":"/etc/site"}] }],
           "volumes":[{"name":"config","configMap":{"name":"site-{{{version}}}"} }] } } } }
        """,
        """{"apiVersion":"v1","kind":"Service","metadata":{"name":"site"},"spec":{"selector":{"app":"site"},"ports":[{"port":80,"targetPort":"http"}] } }""",
    ];

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();
}
