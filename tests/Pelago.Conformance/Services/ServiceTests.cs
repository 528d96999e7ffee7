// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Services;

public sealed class ServiceTests(TestCluster cluster) : ServiceTest(cluster)
{
    [Fact]
    public async Task Cluster_ip_answers_from_every_pod_on_the_host_and_in_pods()
    {
        AskedFromTheHost();
        await ApplyAsync(WebPods("web", 3), Service("web", "web"));
        await ReadyAsync("web");
        string url = await UrlAsync("web");
        await AnsweringAsync(url);
        string[] pods = await PodsAsync("web");

        await AnswerAllAsync(url, pods, 9);
        // In one series of calls here, too: a pod that misses its probes on a busy machine has no clients until they are answered again.
        await Until(
            async () => (await Kube.RunAsync("exec", pods[0], "--", "sh", "-c", $"for i in 1 2 3 4 5 6; do curl -sS -m 20 {url}; done")).Output
                .Trim().Split('\n').Distinct().Order().SequenceEqual(pods.Order()),
            $"{pods.Length} pods answer a pod in turn");
    }

    [Fact]
    public async Task Node_port_answers_on_the_node()
    {
        AskedFromTheHost();
        await ApplyAsync(WebPods("web", 2), Service("web", "web", "\"type\":\"NodePort\","));
        await ReadyAsync("web");
        string node = await FieldAsync("nodes", ".items[0].status.addresses[?(@.type==\"InternalIP\")].address");
        string url = $"http://{node}:{await FieldAsync("service/web", ".spec.ports[0].nodePort")}/";
        await AnsweringAsync(url);

        await AnswerAllAsync(url, await PodsAsync("web"), 6);
    }

    [Fact]
    public async Task Names_of_services_pods_and_elsewhere_resolve_in_pods()
    {
        AskedFromTheHost();
        WithNamespacesOfTheirOwn();
        await ApplyAsync(
            WebPods("web", 2), Service("web", "web"), Service("each", "web", "\"clusterIP\":\"None\","),
            WebPods("named", 1, "\"hostname\":\"first\",\"subdomain\":\"named\","), Service("named", "named", "\"clusterIP\":\"None\","),
            $$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"alias"},"spec":{"type":"ExternalName","externalName":"web.{{Namespace}}.svc.cluster.local"} }""");
        await ReadyAsync("web");
        await ReadyAsync("named");
        string pod = (await PodsAsync("web"))[0];
        string web = await FieldAsync("service/web", ".spec.clusterIP");
        string[] pods = (await Kube.RunAsync("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].status.podIP}")).Output.Split(' ');
        string named = (await Kube.RunAsync("get", "pods", "-l", "app=named", "-o", "jsonpath={.items[*].status.podIP}")).Output;

        await ResolvesAsync(pod, "web", web);
        await ResolvesAsync(pod, $"web.{Namespace}.svc.cluster.local", web);
        await ResolvesAsync(pod, "each", pods);
        await ResolvesAsync(pod, "alias", web);
        await ResolvesAsync(pod, "first.named", named);
        await ResolvesAsync(pod, "kubernetes.default", await KubernetesAddressAsync());
        Assert.NotEqual(0, (await Kube.TryAsync(null, "exec", pod, "--", "getent", "ahostsv4", "nothing-of-that-name")).ExitCode);
    }

    [Fact]
    public async Task Datagrams_are_answered_through_a_service()
    {
        AskedFromTheHost();
        const string Echo = "exec perl -MIO::Socket -e '$s = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Proto => \"udp\"); $s->send(\"echo $m\") while $s->recv($m, 999)'";
        await ApplyAsync(
            $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"echo","labels":{"app":"echo"} },"spec":{"tolerations":{{{Staying}}},"terminationGracePeriodSeconds":1,"containers":[
             {"name":"main","image":"{{{Cluster.Image}}}","imagePullPolicy":"Never","command":["sh","-c",{{{System.Text.Json.JsonSerializer.Serialize(Echo)}}}],
              "ports":[{"name":"udp","containerPort":9000,"protocol":"UDP"}] }] } }
            """,
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"echo"},"spec":{"selector":{"app":"echo"},"ports":[{"port":9000,"protocol":"UDP","targetPort":"udp"}] } }""");
        await Kube.RunAsync("wait", "--for=condition=Ready", "pod/echo", "--timeout=60s");
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Parse(await FieldAsync("service/echo", ".spec.clusterIP")), 9000);

        await Until(async () => await EchoAsync(client, "hello") == "echo hello", "the datagram is answered");
    }

    [Fact]
    public async Task Client_stays_with_one_pod_when_the_service_asks_for_it()
    {
        AskedFromTheHost();
        await ApplyAsync(WebPods("web", 3), Service("web", "web", "\"sessionAffinity\":\"ClientIP\","));
        await ReadyAsync("web");
        string url = await UrlAsync("web");
        await AnsweringAsync(url);

        // A pod that misses its probes on a busy machine loses its clients, as it should; three pods in turn never give eight answers of one of them.
        List<string> answers = [];
        for (int series = 0; series < 3 && answers.Distinct().Count() != 1; series++)
            answers = await AskAsync(url, 8);
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Endpoint_that_does_not_answer_costs_no_request()
    {
        AskedFromTheHost();
        await ApplyAsync(WebPods("web", 1), Service("web", "web"));
        await ReadyAsync("web");
        string alive = await FieldAsync("endpoints/web", ".subsets[0].addresses[0].ip");
        string port = await FieldAsync("endpoints/web", ".subsets[0].ports[0].port");
        string nobody = alive[..(alive.LastIndexOf('.') + 1)] + "250";
        await ApplyAsync(
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"half"},"spec":{"ports":[{"port":8080}] } }""",
            $$"""{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"half"},"subsets":[{"addresses":[{"ip":"{{alive}}"},{"ip":"{{nobody}}"}],"ports":[{"port":{{port}} }] }] }""");
        string url = await UrlAsync("half");
        await AnsweringAsync(url);

        Assert.Equal(await PodsAsync("web"), (await AskAsync(url, 10)).Distinct());
    }

    [Fact]
    public async Task Service_without_ready_pods_refuses_connections()
    {
        AskedFromTheHost();
        await ApplyAsync(WebPods("web", 1), Service("web", "web"));
        await ReadyAsync("web");
        string url = await UrlAsync("web");
        await AnsweringAsync(url);

        await Kube.RunAsync("scale", "deployment/web", "--replicas=0");

        const int Refused = 7;
        await Until(async () => (await RunAsync("curl", "-s", "-m", "5", url)).Code == Refused, "connections are refused");
    }

    [Fact]
    public async Task Pods_learn_of_services_by_variables_and_reach_the_api_server_by_them()
    {
        AskedFromTheHost();
        await ApplyAsync(WebPods("web", 1), Service("web-site", "web"));
        await ReadyAsync("web");
        await ApplyAsync(ShellPod("late", SleepForever));
        await Kube.RunAsync("wait", "--for=condition=Ready", "pod/late", "--timeout=60s");
        await AnsweringAsync(await UrlAsync("web-site"));

        string page = (await Kube.RunAsync("exec", "late", "--", "sh", "-c", "curl -sS -m 20 http://$WEB_SITE_SERVICE_HOST:$WEB_SITE_SERVICE_PORT/")).Output;
        string version = (await Kube.RunAsync(
            "exec", "late", "--", "sh", "-c", "curl -sSk -m 20 https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/version")).Output;

        Assert.Equal((await PodsAsync("web"))[0], page.Trim());
        Assert.Contains("\"major\"", version, StringComparison.Ordinal);
    }

    private static string Service(string name, string app, string more = "") => $$$"""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{{name}}}"},"spec":{ {{{more}}}"selector":{"app":"{{{app}}}"},"ports":[{"port":8080,"targetPort":"http"}] } }
        """;

    private async Task<string> UrlAsync(string service) => $"http://{await FieldAsync($"service/{service}", ".spec.clusterIP")}:8080/";

    private async Task<string> KubernetesAddressAsync() =>
        (await Kube.RunAsync("get", "service", "kubernetes", "-n", "default", "-o", "jsonpath={.spec.clusterIP}")).Output;

    private Task ResolvesAsync(string pod, string name, params string[] addresses) => Waiting.UntilAsync(
        async () => (await ResolvedAsync(pod, name)).Split(' ').Order().SequenceEqual(addresses.Order()),
        $"{name} resolves to {string.Join(' ', addresses)}", seconds: 60,
        async () => $"to '{await ResolvedAsync(pod, name)}':\n{(await Kube.RunAsync("get", "endpointslices,pods", "-o", "yaml")).Output}");

    private async Task<string> ResolvedAsync(string pod, string name)
    {
        string output = (await Kube.TryAsync(null, "exec", pod, "--", "getent", "ahostsv4", name)).Output;
        return string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Distinct());
    }

    /// <summary>Null when nothing comes back in a moment.</summary>
    private static async Task<string?> EchoAsync(UdpClient client, string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(text), patience.Token);
            return Encoding.UTF8.GetString((await client.ReceiveAsync(patience.Token)).Buffer);
        }
        catch (Exception nothing) when (nothing is SocketException || (nothing is OperationCanceledException && !Cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
