// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Marathon;
using Pelago.Packages.Rendering;
using Pelago.Packages.Tests.Controllers;
using Xunit;

namespace Pelago.Packages.Tests.Releases;

public sealed class MarathonAppTests
{
    [Fact]
    public void An_app_with_an_image_and_ports_is_a_deployment_and_a_service()
    {
        (IReadOnlyList<JsonObject> objects, IReadOnlyList<string> notes) = Map("""
            {"id": "/web", "instances": 2, "cpus": 0.5, "mem": 64, "args": ["--port", "80"], "env": {"A": "b", "N": 1},
             "labels": {"HAPROXY_0_VHOST": "web.example.com"},
             "container": {"type": "DOCKER", "docker": {"image": "web:1", "network": "BRIDGE", "forcePullImage": true,
               "portMappings": [{"containerPort": 80, "hostPort": 0, "protocol": "tcp", "name": "http", "labels": {"VIP_0": "/web:8000"}}]},
               "volumes": [{"containerPath": "/data", "hostPath": "/srv", "mode": "RO"}]},
             "healthChecks": [{"protocol": "MESOS_HTTP", "path": "/up", "portIndex": 0, "gracePeriodSeconds": 60, "intervalSeconds": 10, "timeoutSeconds": 5, "maxConsecutiveFailures": 4}],
             "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0}}
            """);

        Assert.Empty(notes);
        Assert.Equal(
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"mine"},"spec":{"ports":[{"name":"http","port":8000,"protocol":"TCP","targetPort":"http"}],"selector":{"app.kubernetes.io/instance":"mine"}}}""",
            CanonicalJson.Of(objects[0]));
        var container = (JsonObject)objects[1].At("spec", "template", "spec", "containers")![0]!;
        Assert.Equal(
            """{"args":["--port","80"],"env":[{"name":"A","value":"b"},{"name":"N","value":"1"}],"image":"web:1","imagePullPolicy":"Always","livenessProbe":{"failureThreshold":4,"httpGet":{"path":"/up","port":"http"},"periodSeconds":10,"timeoutSeconds":5},"name":"app","ports":[{"containerPort":80,"name":"http","protocol":"TCP"}],"readinessProbe":{"httpGet":{"path":"/up","port":"http"},"periodSeconds":10,"timeoutSeconds":5},"resources":{"limits":{"memory":"64Mi"},"requests":{"cpu":"500m","memory":"64Mi"}},"startupProbe":{"failureThreshold":6,"httpGet":{"path":"/up","port":"http"},"periodSeconds":10,"timeoutSeconds":5},"volumeMounts":[{"mountPath":"/data","name":"volume0","readOnly":true}]}""",
            CanonicalJson.Of(container));
        Assert.Equal(("Deployment", 2L, "50%", "0%"), (
            objects[1].String("kind"), objects[1].Object("spec")!.Integer("replicas"), objects[1].At("spec", "strategy", "rollingUpdate", "maxUnavailable")!.ToString(), objects[1].At("spec", "strategy", "rollingUpdate", "maxSurge")!.ToString()));
        Assert.Equal("web.example.com", objects[1].Object("metadata")!.Object("annotations")!.String("label.marathon.pelago.dev/HAPROXY_0_VHOST"));
    }

    [Fact]
    public void An_app_that_keeps_volumes_on_the_network_of_its_nodes_is_a_stateful_set_with_given_ports()
    {
        (IReadOnlyList<JsonObject> objects, IReadOnlyList<string> notes) = Map("""
            {"id": "db", "cmd": "./db", "residency": {"taskLostBehavior": "WAIT_FOREVER"}, "portDefinitions": [{"port": 0, "name": "client"}, {"port": 7000}],
             "container": {"type": "MESOS", "volumes": [{"containerPath": "data", "mode": "RW", "persistent": {"size": 100, "type": "root"}}]},
             "constraints": [["hostname", "UNIQUE"], ["rack", "LIKE", "a.*"], ["@zone", "UNIQUE"], ["@region", "CLUSTER", "north"], ["@region", "CLUSTER", "south"]]}
            """);

        Assert.Equal(["Service", "StatefulSet"], objects.Select(json => json.String("kind")));
        JsonObject pod = (JsonObject)objects[1].At("spec", "template")!;
        Assert.Equal("client=auto, port1=auto", pod.Object("metadata")!.Object("annotations")!.String("ports.pelago.dev/host"));
        Assert.Equal("true", pod.Object("spec")!["hostNetwork"]!.ToJsonString());
        Assert.Equal("/mnt/mesos/sandbox/data", pod.At("spec", "containers")![0]!["volumeMounts"]![0]!["mountPath"]!.ToString());
        Assert.Equal(
            ["kubernetes.io/hostname", "topology.kubernetes.io/zone"],
            pod.At("spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")!.AsArray().Select(term => term!["topologyKey"]!.ToString()));
        Assert.Equal("""{"topology.kubernetes.io/region":"north"}""", pod.At("spec", "nodeSelector")!.ToJsonString());
        Assert.Equal("100Mi", objects[1].At("spec", "volumeClaimTemplates")![0]!["spec"]!["resources"]!["requests"]!["storage"]!.ToString());
        Assert.Equal(
            ["/constraints/1: [rack, LIKE, a.*] has no counterpart", "/constraints/4: [@region, CLUSTER, south] has no counterpart", "/container/docker/image: there is none: it runs only where pods are processes, with the programs of the node"],
            notes);
    }

    [Fact]
    public void What_has_no_place_in_kubernetes_is_named()
    {
        (_, IReadOnlyList<string> notes) = Map("""
            {"id": "x", "cmd": "x", "user": "core", "fetch": [{"uri": "https://files.example.com/x.tgz"}], "uris": [], "acceptedResourceRoles": ["slave_public"],
             "secrets": {"key": {"source": "team/key"}}, "env": {"PLAIN": "1", "KEY": {"secret": "key"}}, "killSelection": "YOUNGEST_FIRST",
             "container": {"type": "DOCKER", "docker": {"image": "x", "parameters": [{"key": "hostname", "value": "x"}]}, "volumes": [{"containerPath": "/a", "external": {"name": "a"}}]},
             "healthChecks": [{"protocol": "TCP", "port": 80}, {"protocol": "TCP", "port": 81}]}
            """);

        Assert.Equal(
            [
                "/acceptedResourceRoles: has no counterpart", "/container/docker/parameters: has no counterpart", "/container/volumes/0/containerPath: the volume at \"/a\" is neither a folder of the node nor one that an instance keeps",
                "/container/volumes/0/external/name: has no counterpart", "/env/KEY: has no counterpart", "/fetch: has no counterpart", "/healthChecks/1/port: has no counterpart", "/healthChecks/1/protocol: has no counterpart",
                "/killSelection: has no counterpart", "/secrets/key: has no counterpart", "/user: the number of core is not known, so the image's own user runs it",
            ],
            notes.Order(StringComparer.Ordinal));
    }

    private static (IReadOnlyList<JsonObject> Objects, IReadOnlyList<string> Notes) Map(string app)
    {
        (IReadOnlyList<JsonObject> objects, IReadOnlyList<string> notes) = MarathonApp.Map(SamplePackage.Json(app), "mine");
        return (objects, [.. notes.Order(StringComparer.Ordinal)]);
    }
}
