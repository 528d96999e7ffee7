// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Client.Local;
using Pelago.Kube;

namespace Pelago.Cli.Demo;

/// <summary>What the demo puts on its clusters, made of what every machine has: <c>sh</c>, and this program as a web server.</summary>
internal static class DemoWorkloads
{
    /// <summary>
    /// Where pods with a root of their own find this program: they do not see all of this machine, their /tmp is their own. Without such a root it
    /// is run where it lies.
    /// </summary>
    private const string MountPath = "/opt/pelago-demo";
    private const string Launch = "[ -x \"$0\" ] || exec \"$@\"; shift; exec \"$0\" \"$@\"";
    private static readonly string Program = Environment.ProcessPath ?? "/usr/bin/pelago";
    private static readonly GroupVersionResource Pods = new("", "v1", "pods");

    /// <summary>Without root services listen on this machine's loopback, where port 80 is not everybody's.</summary>
    private static int ServicePort => UnixFile.CurrentUser == 0 ? 80 : 8080;

    public static readonly DemoWorkload Namespace = new(
        new("", "v1", "namespaces"), DemoWorkload.Namespace, Parse($$$$$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{{{{DemoWorkload.Namespace}}}}}}"}}"""),
        _ => new DemoState(true, "there"));

    /// <summary>A web server on each cluster; work that ends on the second; two things that go wrong on the third.</summary>
    public static IReadOnlyList<DemoWorkload> Of(int cluster, string clusterName) => cluster switch
    {
        0 => [Deployment(clusterName, 3), Service()],
        1 => [Deployment(clusterName, 2), Service(), Job(), CronJob()],
        _ => [Deployment(clusterName, 1), Service(), Crash(), TooBig()],
    };

    private static DemoWorkload Deployment(string cluster, int replicas) => OfThisProgram("hello", replicas, 1, "hello", "--say", $"hello from {cluster}");

    /// <summary>A Deployment whose pods run this program with these arguments, listening on 8080.</summary>
    /// <param name="probeSeconds">How often it is asked whether it listens.</param>
    public static DemoWorkload OfThisProgram(string name, int replicas, int probeSeconds, params string[] arguments) => new(
        new("apps", "v1", "deployments"), name,
        Parse($$$$$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{{{{name}}}}}}","labels":{"app":"{{{{{{name}}}}}}"}},
         "spec":{"replicas":{{{{{{replicas}}}}}},"selector":{"matchLabels":{"app":"{{{{{{name}}}}}}"}},
           "template":{"metadata":{"labels":{"app":"{{{{{{name}}}}}}"}},
             "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"{{{{{{name}}}}}}","image":"pelago",
               "command":["sh","-c",{{{{{{Quote(Launch)}}}}}},{{{{{{Quote($"{MountPath}/{Path.GetFileName(Program)}")}}}}}},{{{{{{Quote(Program)}}}}}},{{{{{{string.Join(',', arguments.Select(Quote))}}}}}}],
               "env":{{{{{{Runtime()}}}}}},"volumeMounts":[{"name":"pelago","mountPath":"{{{{{{MountPath}}}}}}","readOnly":true}],
               "ports":[{"name":"http","containerPort":8080}],
               "readinessProbe":{"tcpSocket":{"port":"http"},"periodSeconds":{{{{{{probeSeconds}}}}}}}}],
               "volumes":[{"name":"pelago","hostPath":{"path":{{{{{{Quote(Path.GetDirectoryName(Program) ?? "/")}}}}}},"type":"Directory"}}]}}}}
        """),
        live =>
        {
            long ready = live.Object("status")?.Integer("readyReplicas") ?? 0;
            return new DemoState(ready >= replicas && live.Object("status")?.Integer("updatedReplicas") >= replicas, $"{ready}/{replicas} ready");
        });

    private static DemoWorkload Service() => ServiceOf("hello", ServicePort);

    public static DemoWorkload ServiceOf(string name, int port) => new(
        new("", "v1", "services"), name,
        Parse($$$$$"""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{{{{name}}}}}"},
         "spec":{"selector":{"app":"{{{{{name}}}}}"},"ports":[{"name":"http","port":{{{{{port}}}}},"targetPort":"http"}]}}
        """),
        live => new DemoState(true, $"http://{live.Object("spec")?.String("clusterIP")}{(port == 80 ? "" : $":{port}")}/"));

    private static DemoWorkload Job() => new(
        new("batch", "v1", "jobs"), "count",
        Parse("""
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"count"},
         "spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"count","image":"sh",
           "command":["sh","-c","for i in 1 2 3; do echo $i; done; echo lift off"]}]}}}}
        """),
        live => live.Object("status")?.Integer("succeeded") > 0 ? new DemoState(true, "complete") : new DemoState(false, "counting"));

    private static DemoWorkload CronJob() => new(
        new("batch", "v1", "cronjobs"), "clock",
        Parse("""
        {"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"clock"},
         "spec":{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"clock","image":"sh",
           "command":["sh","-c","date"]}]}}}}}}
        """),
        _ => new DemoState(true, "every minute"));

    private static DemoWorkload Crash() => new(
        Pods, "crash",
        Parse("""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"crash"},
         "spec":{"containers":[{"name":"crash","image":"sh","terminationMessagePolicy":"FallbackToLogsOnError",
           "command":["sh","-c","echo 'no configuration at /etc/crash.conf' >&2; exit 3"]}]}}
        """),
        live =>
        {
            var container = (live.Object("status")?.Array("containerStatuses")?[0]) as JsonObject;
            JsonObject? ended = container?.Object("state")?.Object("terminated") ?? container?.Object("lastState")?.Object("terminated");
            return ended is null ? new DemoState(false, "starting") : new DemoState(true, $"ended with code {ended.Integer("exitCode")}: {ended.String("message")?.Trim()}");
        });

    private static DemoWorkload TooBig() => new(
        Pods, "too-big",
        Parse("""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"too-big"},
         "spec":{"containers":[{"name":"too-big","image":"sh","command":["sh","-c","sleep 3600"],"resources":{"requests":{"cpu":"4096"}}}]}}
        """),
        live =>
        {
            JsonObject? refused = live.Object("status")?.Array("conditions")?.OfType<JsonObject>().FirstOrDefault(condition => condition.String("type") == "PodScheduled" && condition.String("status") == "False");
            return refused is null ? new DemoState(false, "looking for a node") : new DemoState(true, $"pending: {refused.String("message")}");
        });

    /// <summary>A pelago that is not native code needs to find .NET inside the pod as it did outside.</summary>
    private static string Runtime() => Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root
        ? $$"""[{"name":"DOTNET_ROOT","value":{{Quote(root)}}}]"""
        : "[]";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static JsonObject Parse(string json) => KubeJson.ParseObject(Encoding.UTF8.GetBytes(json));
}
