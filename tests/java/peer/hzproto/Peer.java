package hzproto;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.query.Predicates;
import com.hazelcast.sql.SqlResult;
import com.hazelcast.sql.SqlRow;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The Java half of the tests: writes every sample into the map "java", compares what Python wrote into the map
 * "python", and prints what differs. Then it prints the rows that SQL statements give, one a line. Arguments: an
 * address, the name of the cluster, the statements.
 */
public final class Peer {
    private Peer() {
    }

    public static void main(String[] arguments) throws Exception {
        try {
            run(arguments[0], arguments[1], Arrays.asList(arguments).subList(2, arguments.length));
        } finally {
            HazelcastClient.shutdownAll(); // whose threads would keep a failed program alive
        }
    }

    private static void run(String address, String cluster, List<String> statements) throws Exception {
        ClientConfig config = new ClientConfig();
        config.setClusterName(cluster);
        config.getNetworkConfig().addAddress(address);
        config.getSerializationConfig()
                .addDataSerializableFactory(Things.FACTORY_ID, id -> new Things.Identified())
                .addPortableFactory(Things.FACTORY_ID, id -> id == 1 ? new Things.Outer() : new Things.Inner());
        Map<String, Object> samples = new LinkedHashMap<>(Samples.all());
        samples.put("identified", Things.Identified.sample());
        samples.put("portable", Things.Outer.sample());
        addCompact(config, samples);

        HazelcastInstance client = HazelcastClient.newHazelcastClient(config);
        IMap<String, Object> java = client.getMap("java");
        samples.forEach(java::set);
        IMap<String, Object> python = client.getMap("python");
        for (String name : python.keySet()) {
            Object found = python.get(name);
            Object expected = samples.get(name);
            if (!same(expected, found)) {
                System.out.println(name + ": expected " + expected + ", found " + found);
            }
        }
        IMap<String, Object> queried = client.getMap("queried");
        Collection<Object> some = queried.values(Predicates.sql("number > 1"));
        System.out.println(some.size() + " values have a number over 1");
        IMap<Object, Object> numbers = client.getMap("numbers");
        Object sum = numbers.executeOnKey("python", new Processors.Add(4));
        System.out.println("the sum is " + sum);
        statements.forEach(statement -> query(client, statement));
    }

    private static void query(HazelcastInstance client, String statement) {
        try (SqlResult result = client.getSql().execute(statement)) {
            if (result.isRowSet()) {
                for (SqlRow row : result) {
                    System.out.println(IntStream.range(0, row.getMetadata().getColumnCount())
                            .mapToObj(column -> String.valueOf((Object) row.getObject(column)))
                            .collect(Collectors.joining(" | ")));
                }
            }
        }
    }

    /** Members before 5.2 have no compact objects, and no classes to compile these with. */
    @SuppressWarnings("unchecked")
    private static void addCompact(ClientConfig config, Map<String, Object> samples) throws Exception {
        try {
            Class<?> compact = Class.forName("hzproto.Compact");
            compact.getMethod("add", ClientConfig.class, Map.class).invoke(null, config, samples);
        } catch (ClassNotFoundException absent) {
            System.out.println("without compact objects");
        }
    }

    private static boolean same(Object one, Object other) {
        if (one instanceof List<?> ours && other instanceof List<?> its) {
            boolean same = ours.size() == its.size();
            for (int index = 0; same && index < ours.size(); index++) {
                same = same(ours.get(index), its.get(index));
            }
            return same;
        }
        return Objects.deepEquals(one, other);
    }
}
