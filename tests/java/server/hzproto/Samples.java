package hzproto;

import com.hazelcast.core.HazelcastJsonValue;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.AbstractMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.SynchronousQueue;

/** Java objects of all the kinds that need no class of the user's, by their names in the tests. */
public final class Samples {
    private Samples() {
    }

    /** Makes them anew. */
    public static Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("true", true);
        all.put("false", false);
        all.put("byte", (byte) -128);
        all.put("char", '€');
        all.put("short", (short) -32768);
        all.put("int", Integer.MIN_VALUE);
        all.put("long", Long.MIN_VALUE);
        all.put("float", -0.15625f);
        all.put("double", 1e-300);
        all.put("nan", Double.NaN);
        all.put("infinity", Double.NEGATIVE_INFINITY);
        all.put("empty string", "");
        all.put("string", "a\0b ä € 😀 \uffff");
        all.put("unicode", unicode());
        all.put("uuid", UUID.fromString("f47ac10b-58cc-4372-a567-0e02b2c3d479"));
        all.put("big integer", BigInteger.ONE.shiftLeft(200).negate());
        all.put("small big integer", BigInteger.valueOf(-128));
        all.put("big decimal", new BigDecimal("-12345678901234567890.0123456789"));
        all.put("big decimal with exponent", new BigDecimal("1E+10"));
        all.put("date", LocalDate.of(2024, 2, 29));
        all.put("ancient date", LocalDate.of(1, 1, 1));
        all.put("time", LocalTime.of(23, 59, 58, 123_456_000));
        all.put("timestamp", LocalDateTime.of(1969, 7, 20, 20, 17, 40, 1_000));
        all.put("timestamp with offset",
                OffsetDateTime.of(2024, 12, 31, 1, 2, 3, 4_000, ZoneOffset.ofHoursMinutesSeconds(-5, -30, -15)));
        all.put("java date", new Date(1_700_000_000_123L));
        all.put("booleans", new boolean[] {true, false, true});
        all.put("bytes", new byte[] {0, -1, 127, -128});
        all.put("chars", new char[] {'a', '€', '\0'});
        all.put("shorts", new short[] {1, -1, Short.MAX_VALUE});
        all.put("ints", new int[] {1, -1, Integer.MAX_VALUE});
        all.put("longs", new long[] {1, -1, Long.MAX_VALUE});
        all.put("floats", new float[] {1, -0.5f, Float.MAX_VALUE});
        all.put("doubles", new double[] {1, -0.5, Double.MAX_VALUE});
        all.put("strings", new String[] {"a", "", "😀", null});
        all.put("empty array", new int[0]);
        all.put("list", list(new ArrayList<>()));
        all.put("linked list", list(new LinkedList<>()));
        all.put("entry", new AbstractMap.SimpleEntry<>("ü", 1));
        all.put("immutable entry", new AbstractMap.SimpleImmutableEntry<>("ü", null));
        all.put("list of copies", new CopyOnWriteArrayList<>(List.of(1, "two")));
        all.put("map", new HashMap<>(Map.of("a", 1, "b", new ArrayList<>())));
        all.put("map in order", new LinkedHashMap<>(Map.of(2, "two")));
        all.put("map for threads", new ConcurrentHashMap<>(Map.of("a", 1)));
        all.put("sorted map", new TreeMap<>(Map.of("a", 1, "b", 2)));
        all.put("sorted map for threads", new ConcurrentSkipListMap<>(Map.of("a", 1)));
        all.put("set", new HashSet<>(List.of(1, 2)));
        all.put("set in order", new LinkedHashSet<>(List.of("b", "a")));
        all.put("set of copies", new CopyOnWriteArraySet<>(List.of(1)));
        all.put("sorted set", new TreeSet<>(List.of("b", "a")));
        all.put("sorted set for threads", new ConcurrentSkipListSet<>(List.of(2, 1)));
        all.put("deque", new ArrayDeque<>(List.of(1, "two")));
        all.put("queue", new LinkedBlockingQueue<>(List.of(1, 2)));
        all.put("queue in an array", new ArrayBlockingQueue<>(2, true, List.of(1, 2)));
        all.put("queue of transfers", new LinkedTransferQueue<>(List.of(1, 2)));
        all.put("sorted queue", new PriorityQueue<>(List.of(1, 2)));
        all.put("sorted queue for threads", new PriorityBlockingQueue<>(List.of(1, 2)));
        all.put("queue of delays", new DelayQueue<>());
        all.put("queue without room", new SynchronousQueue<>());
        all.put("optional", Optional.of("some"));
        all.put("json", new HazelcastJsonValue("{\"a\": [1, null, \"ü😀\"]}"));
        return all;
    }

    /** Every code point, but the surrogates, which are none alone. */
    private static String unicode() {
        StringBuilder all = new StringBuilder();
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            if (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE) {
                all.appendCodePoint(point);
            }
        }
        return all.toString();
    }

    private static List<Object> list(List<Object> empty) {
        empty.addAll(Arrays.asList(1, "two", null, 3.0, new ArrayList<>(Arrays.asList(true, new byte[] {4}))));
        return empty;
    }
}
